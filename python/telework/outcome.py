"""Outcomes of designs and models: a figure of each run, and a statistic of it over the draws.

``mic_introduction`` means the mean over the draws; others are written around the figure: ``sd(mic_introduction)``,
``median(...)``, ``q05(...)`` to ``q95(...)``, and ``P(mic_introduction>=0.5)``, the share of the draws that reach a value.
``@2023`` behind a figure names the fiscal year: ``q95(spend_yen@2023)``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from . import _engine
from .errors import error
from .registry import Kpi

#: What designs give of every run, beside what is asked for.
USUAL = ("practising_firms", "teleworkers", "spend_yen")

_CALL = re.compile(r"(mean|sd|median|q\d\d)\((.*)\)")
_PROBABILITY = re.compile(r"P\((.*?)\s*(>=|<=)\s*([^<>=]*)\)")
_YEAR = re.compile(r"(.*)@(\d{4})")
_ADVICE = "write a figure, mean(F), sd(F), median(F), q05(F) and the like, or P(F>=0.5)"


@dataclass(frozen=True)
class Outcome:
    """A statistic over the draws of a figure at the end of a fiscal year."""

    #: As it was written.
    text: str
    #: Id of the figure, such as ``practising_firms[prefecture=Tokyo]``.
    figure: str
    #: ``mean``, ``sd``, ``median``, ``q05`` and the like, ``P>=`` or ``P<=``.
    statistic: str = "mean"
    #: What is to be reached, of a probability.
    value: float | None = None
    #: Fiscal year; ``None`` = that of the model or design.
    year: int | None = None

    @classmethod
    def parse(cls, text: str) -> Outcome:
        """Reads an outcome; whether there is such a figure is not known here."""
        inner, statistic, value = text.strip(), "mean", None
        if found := _PROBABILITY.fullmatch(inner):
            inner, statistic = found[1], f"P{found[2]}"
            try:
                value = float(found[3])
            except ValueError:
                raise error("usage", f"`{found[3]}` in `{text}` is no number", _ADVICE) from None
        elif found := _CALL.fullmatch(inner):
            inner, statistic = found[2], found[1]
        elif "(" in inner or "<" in inner or ">" in inner:
            raise error("usage", f"`{text}` is no outcome", _ADVICE)
        year = None
        if found := _YEAR.fullmatch(inner.strip()):
            inner, year = found[1], int(found[2])
        return cls(text, inner.strip(), statistic, value, year)

    def of(self, values: Sequence[float]) -> float:
        """The statistic of the draws' values; not a number where one of them is none."""
        if any(math.isnan(value) for value in values):
            return math.nan
        if self.value is not None:
            reached = [value >= self.value if self.statistic == "P>=" else value <= self.value for value in values]
            return sum(reached) / len(reached)
        if self.statistic == "mean":
            return sum(values) / len(values)
        if self.statistic == "sd":
            return sd(values)
        return quantile(values, 0.5 if self.statistic == "median" else int(self.statistic[1:]) / 100)


def quantile(values: Sequence[float], at: float) -> float:
    """The quantile between the two nearest order statistics (Hyndman and Fan's type 7), as the engine has it."""
    ordered = sorted(values)
    place = at * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def sd(values: Sequence[float]) -> float:
    """The standard deviation of a sample (divisor n - 1); not a number for a single value."""
    if len(values) < 2:
        return math.nan
    mean = sum(values) / len(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))


def read(loaded: _engine.Loaded, texts: Sequence[str], draws: int, years: tuple[int, int]) -> list[Outcome]:
    """Outcomes of a scenario in some draws; refuses what it cannot have."""
    if isinstance(texts, str):
        texts = [texts]
    some = [Outcome.parse(text) for text in texts]
    _engine.read_outcomes(loaded, [one.figure for one in some])
    for one in some:
        if one.year is not None and not years[0] <= one.year <= years[1]:
            advice = f"write a fiscal year from {years[0]} to {years[1]}"
            raise error("usage", f"`{one.text}`: {one.year} lies outside the run", advice)
        if one.statistic == "sd" and draws < 2:
            raise error("usage", f"`{one.text}`: one draw has no standard deviation", "write draws=2 or more")
    return some


def figures(outcomes: Sequence[Outcome]) -> list[str]:
    """What runs have to give: the candidate KPIs and the usual figures, then what else is asked for.

    The usual ones come first and always, so that models and designs of the same runs find each other's.
    """
    usual = [kpi for kpi, *_ in _engine.kpis()] + list(USUAL)
    return list(dict.fromkeys([*usual, *(one.figure for one in outcomes)]))


def outcomes() -> list[Kpi]:
    """The figures that designs and models can give of every scenario, with names and units.

    ``spend_yen``, ``deliveries`` and ``firms_reached`` are also there for each measure: ``spend_yen[managers]``.
    """
    return [Kpi(*one) for one in _engine.outcomes()]
