"""Plots with Matplotlib, of what tables hold; each gives its axes. The folders' own pictures need nothing of it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .errors import error
from .outcome import quantile
from .registry import kpis
from .tables import Table, package

if TYPE_CHECKING:
    from .designs import Design
    from .posteriors import Posterior
    from .results import Answers, Attribution, Comparison, Target


def _axes(axes: Any) -> Any:
    if axes is not None:
        return axes
    _, fresh = package("matplotlib.pyplot", "matplotlib").subplots(layout="constrained")
    return fresh


def _lines(table: Table, **wanted: str) -> list[dict[str, Any]]:
    """The lines of a table with some values; refuses values that it does not have."""
    lines = table.head(len(table))
    for column, value in wanted.items():
        there = list(dict.fromkeys(str(line[column]) for line in lines))
        if value not in there:
            raise error("usage", f"{table.name} has no {column} `{value}`", f"write one of {', '.join(there)}")
        lines = [line for line in lines if line[column] == value]
    return lines


def _label(kpi: str, segment: str) -> str:
    known = {one.id: one for one in kpis()}
    one = known.get(kpi if segment == "total" else f"{kpi}[{segment}]")
    return kpi if one is None else f"{one.name} ({one.unit})"


def _scenarios(lines: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    of: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        of.setdefault(str(line.get("scenario", "")), []).append(line)
    return of


def fans(answers: Answers, kpi: str, segment: str, axes: Any) -> Any:
    """A KPI by week."""
    axes = _axes(axes)
    for place, (name, lines) in enumerate(_scenarios(_lines(answers.fans, kpi=kpi, segment=segment)).items()):
        weeks = [datetime.date.fromisoformat(line["week"]) for line in lines]
        colour = f"C{place}"
        for low, high, alpha in (("low_5", "high_95", 0.15), ("low_25", "high_75", 0.25)):
            bands = [line[low] for line in lines], [line[high] for line in lines]
            axes.fill_between(weeks, *bands, alpha=alpha, color=colour, linewidth=0)
        axes.plot(weeks, [line["median"] for line in lines], color=colour, label=name)
    published = [
        line
        for line in answers.published.head(len(answers.published))
        if (line["kpi"], line["segment"]) == (kpi, segment)
    ]
    if published:
        days = [datetime.date.fromisoformat(line["date"]) for line in published]
        axes.plot(days, [line["value"] for line in published], "k.", label="published")
    axes.set_ylabel(_label(kpi, segment))
    axes.set_title("inside the model: median, 50 and 90 %")
    axes.legend()
    return axes


def differences(comparison: Comparison, kpi: str, segment: str, axes: Any) -> Any:
    """Paired differences by fiscal year."""
    axes = _axes(axes)
    by_name = _scenarios(_lines(comparison.differences, kpi=kpi, segment=segment))
    for place, (name, lines) in enumerate(by_name.items()):
        years = [line["fiscal_year"] + 0.1 * place for line in lines]
        middle = [line["difference"] for line in lines]
        below = [max(line["difference"] - line["low_5"], 0.0) for line in lines]
        above = [max(line["high_95"] - line["difference"], 0.0) for line in lines]
        axes.errorbar(years, middle, [below, above], fmt="o", color=f"C{place}", label=name)
    axes.axhline(0, color="0.7", linewidth=1, zorder=0)
    axes.set_xlabel("fiscal year")
    axes.set_ylabel(f"difference: {_label(kpi, segment)}")
    axes.set_title("paired: mean, 5 to 95 % of the draws")
    axes.legend()
    return axes


def shares(attribution: Attribution, kpi: str, segment: str, year: int | None, axes: Any) -> Any:
    """Shapley values of the measures."""
    axes = _axes(axes)
    lines = _lines(attribution.shares, kpi=kpi, segment=segment)
    wanted = max(line["fiscal_year"] for line in lines) if year is None else year
    lines = [line for line in lines if line["fiscal_year"] == wanted]
    if not lines:
        raise error("usage", f"year={year} is no fiscal year of the attribution")
    names = [line["intervention"] for line in lines]
    axes.barh(names, [line["shapley"] for line in lines])
    axes.axvline(0, color="0.7", linewidth=1, zorder=0)
    axes.set_xlabel(f"{_label(kpi, segment)}, fiscal {wanted}")
    axes.set_title("Shapley value")
    return axes


def target(found: Target, axes: Any) -> Any:
    """Probability over the values tried."""
    axes = _axes(axes)
    lines = sorted(found.values.head(len(found.values)), key=lambda line: float(line["value"]))
    axes.plot([line["value"] for line in lines], [line["probability"] for line in lines], "o-")
    axes.set_xlabel(lines[0]["vary"])
    axes.set_ylabel("probability of reaching the goal")
    axes.set_ylim(-0.02, 1.02)
    return axes


def design(one: Design, outcome: str, by: str | None, year: int | None, axes: Any) -> Any:
    """An outcome over an input."""
    names = [name for name in one.inputs.columns if name != "row"]
    path = names[0] if by is None else one.scenario.path(by)
    if path not in names:
        raise error("usage", f"`{by}` is no input of the design", f"write one of {', '.join(names)}")
    axes = _axes(axes)
    inputs = one.inputs.column(path)
    values = one.summary([outcome], year).column(outcome)
    order = sorted(range(len(inputs)), key=lambda row: (str(type(inputs[row])), inputs[row]))
    plain = outcome in one.figures and one.draws > 1
    if plain:
        draws = one.values(outcome, year)
        low = [values[row] - quantile(draws[row], 0.05) for row in order]
        high = [quantile(draws[row], 0.95) - values[row] for row in order]
        bars = [[max(one, 0.0) for one in low], [max(one, 0.0) for one in high]]
        axes.errorbar([inputs[row] for row in order], [values[row] for row in order], bars, fmt="o")
        axes.set_title("mean, 5 to 95 % of the draws")
    else:
        axes.plot([inputs[row] for row in order], [values[row] for row in order], "o")
    axes.set_xlabel(path)
    axes.set_ylabel(outcome)
    return axes


def posterior(one: Posterior, names: Sequence[str], axes: Any) -> Any:
    """Posterior draws beside the priors."""
    import math

    priors = {line["parameter"]: line for line in one.priors if line["posterior_sd"] is not None}
    for name in names:
        if name not in priors:
            raise error("usage", f"`{name}` is no parameter of the posterior", f"write one of {', '.join(priors)}")
    taught = sorted(priors, key=lambda name: priors[name]["posterior_sd"] / priors[name]["prior_sd"])
    chosen = list(names) or taught[:6]
    if axes is None:
        pyplot = package("matplotlib.pyplot", "matplotlib")
        rows = math.ceil(len(chosen) / 3)
        _, grid = pyplot.subplots(
            rows, min(len(chosen), 3), layout="constrained", squeeze=False, figsize=(9, 2.6 * rows)
        )
        axes = list(grid.flat)
    for name, place in zip(chosen, axes, strict=False):
        line = priors[name]
        values = one.draws.column(name)
        place.hist(values, bins=20, density=True, alpha=0.6)
        low, high = line["minimum"], line["maximum"]
        mean, spread = line["prior_mean"], line["prior_sd"]

        def below(value: float, mean: float = mean, spread: float = spread) -> float:
            return 0.5 * (1 + math.erf((value - mean) / (spread * math.sqrt(2))))

        inside = below(high) - below(low)
        points = [low + (high - low) * step / 200 for step in range(201)]
        scale = spread * math.sqrt(2 * math.pi) * inside
        place.plot(points, [math.exp(-(((point - mean) / spread) ** 2) / 2) / scale for point in points], color="0.4")
        place.set_title(name, fontsize=9)
        place.set_yticks([])
    for place in axes[len(chosen) :]:
        place.set_visible(False)
    return axes
