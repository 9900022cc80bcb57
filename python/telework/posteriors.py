"""Posteriors: the parameter draws that the surveys leave possible, their priors, and what their certificate found."""

from __future__ import annotations

import datetime
import os
import random
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Any

from . import _engine
from .errors import error
from .registry import parameters
from .stores import Place
from .tables import Lines, Table, absolute, package

#: What is needed to draw from it; the others are the certificate.
_NEEDED = ("about", "draws", "gates", "figures")


class Posterior:
    """A posterior: that of the package, or of a folder that :func:`telework.calibrate` has written.

    The tables are described in ``docs/calibration.md``. Draws are equally likely, in an order in which every beginning
    stands for all of them.
    """

    def __init__(self, folder: Place | None = None) -> None:
        #: Where the tables are; ``None`` = inside the package.
        self.folder = None if folder is None else Path(folder)
        # The working folder may change.
        self._place = None if folder is None else Path(absolute(folder))
        if self.folder is not None and not Posterior.is_there(self.folder):
            raise error("files", f"{folder} is no posterior", "name a folder that tw.calibrate has written")

    @staticmethod
    def is_there(folder: Place) -> bool:
        """Whether a folder holds a posterior."""
        return all(Path(folder, f"{name}.csv").is_file() for name in _NEEDED)

    def table(self, name: str) -> Table:
        """A table by its file's name without ending, such as ``predictive``."""
        if self._place is None:
            try:
                inner = _engine.embedded_table(f"posterior/{name}.csv")
            except KeyError:
                advice = f"write one of {', '.join(self.tables)}"
                raise error("usage", f"the posterior has no table {name}", advice) from None
        else:
            inner = _engine.read_table(self._place / f"{name}.csv")
        return Table(name, inner, (_table_of, (self, name)))

    @property
    def tables(self) -> list[str]:
        """Names of the tables."""
        if self._place is None:
            names = [name for name in _engine.embedded_texts() if name.startswith("posterior/")]
            return sorted(name.removeprefix("posterior/").removesuffix(".csv") for name in names)
        return sorted(path.stem for path in self._place.glob("*.csv"))

    @cached_property
    def about(self) -> dict[str, str]:
        """Facts about it, such as ``as_of``."""
        table = self.table("about")
        return {str(line["name"]): str(line["value"]) for line in table.head(len(table))}

    @property
    def as_of(self) -> datetime.date:
        """Only figures published by this day were used."""
        return datetime.date.fromisoformat(self.about["as_of"])

    @cached_property
    def draws(self) -> Lines:
        """One line a draw: ``chain``, ``draw`` in the chain, every parameter, ``discrepancy_...`` of the predictive law.

        Posteriors from before chains were recorded, as that of the package, have all draws in chain 0.
        """
        table = self.table("draws")
        lines = []
        seen: dict[int, int] = {}
        for line in table.head(len(table)):
            chain = line.get("chain") or 0
            kept = {name: value for name, value in line.items() if name != "chain" and not name.startswith("residual_")}
            lines.append({"chain": chain, "draw": seen.get(chain, 0), **kept})
            seen[chain] = seen.get(chain, 0) + 1
        return Lines(lines, ["chain", "draw"])

    @cached_property
    def priors(self) -> Lines:
        """One line a parameter: the normal prior's mean and standard deviation, the range at which it is cut, the posterior's
        mean and standard deviation, and whether surveys say anything about it.
        """
        lines = []
        for one in parameters():
            values = self.draws.column(one.name) if one.name in self.draws.columns else []
            mean = sum(values) / len(values) if values else None
            spread = (
                (sum((value - mean) ** 2 for value in values) / (len(values) - 1)) ** 0.5
                if mean is not None and len(values) > 1
                else None
            )
            lines.append(
                {
                    "parameter": one.name,
                    "unit": one.unit,
                    "minimum": one.minimum,
                    "maximum": one.maximum,
                    "prior_mean": one.prior_mean,
                    "prior_sd": one.prior_sd,
                    "posterior_mean": mean,
                    "posterior_sd": spread,
                    "evidence": one.evidence,
                }
            )
        return Lines(lines, ["parameter"])

    @property
    def gates(self) -> Table:
        """The certificate's checks: what was found, what was required, whether it holds."""
        return self.table("gates")

    @property
    def predictive(self) -> Table:
        """Each published figure beside what the posterior predicts of it."""
        return self.table("predictive")

    @property
    def convergence(self) -> Table:
        """R-hat, effective sample sizes and jumps of the sampler, by parameter; not to be found again from the draws."""
        return self.table("convergence")

    @property
    def certificate(self) -> str:
        """How many gates hold, in words."""
        gates = self.gates.head(len(self.gates))
        failing = sum(not gate["passed"] for gate in gates)
        return f"{failing} of {len(gates)} gates fail" if failing else f"all {len(gates)} gates hold"

    def to_xarray(self) -> Any:
        """The draws as an ``xarray.Dataset`` over chain and draw.

        Chains of different lengths (draws are picked from all chains together) are put into one.
        """
        xarray, numpy = package("xarray"), package("numpy")
        names = [name for name in self.draws.columns if name not in ("chain", "draw")]
        by_chain: dict[int, list[dict[str, Any]]] = {}
        for line in self.draws:
            by_chain.setdefault(line["chain"], []).append(line)
        lengths = {len(lines) for lines in by_chain.values()}
        rows = [by_chain[chain] for chain in sorted(by_chain)] if len(lengths) == 1 else [list(self.draws)]
        coordinates = {"chain": list(range(len(rows))), "draw": list(range(len(rows[0])))}
        variables = {
            name: (("chain", "draw"), numpy.array([[line[name] for line in row] for row in rows])) for name in names
        }
        return xarray.Dataset(variables, coordinates, {"as_of": str(self.as_of), "certificate": self.certificate})

    def to_arviz(self, *, prior_draws: int = 1000, seed: int = 0) -> Any:
        """The draws for ArviZ, with draws of the priors (normals cut at their ranges; a function of ``seed``) and the published
        figures that were fitted.

        The draws are a sample of a particle sampler's end, not a walk through time: R-hat and effective sizes are in
        :attr:`convergence`, and are not to be had from them.
        """
        arviz, numpy = package("arviz"), package("numpy")
        posterior = self.to_xarray()
        luck = random.Random(seed)
        prior = {
            one.name: numpy.array([[_prior(luck, one) for _ in range(prior_draws)]])
            for one in parameters()
            if one.name in posterior
        }
        figures = self.table("figures")
        published = numpy.array([line["published"] for line in figures.head(len(figures))])
        groups = {
            "posterior": {name: posterior[name].to_numpy() for name in posterior.data_vars},
            "prior": prior,
            "observed_data": {"published": published},
        }
        if int(arviz.__version__.partition(".")[0]) >= 1:
            return arviz.from_dict(groups)
        return arviz.from_dict(**groups)

    def install(self, folder: Place, *, force: bool = False) -> Path:
        """Writes a folder for ``data=``: the package's tables with this posterior in the place of theirs.

        Runs with ``data=folder`` draw from it, and their manifests, reports and KPIs say which gates of it hold. A folder that is
        there is replaced only with ``force``, and only when it is such a folder.
        """
        target = write_tables(folder, force=force)
        if self._place is not None:
            # What else lies in the folder is the user's, and stays there.
            for path in self._place.iterdir():
                if path.is_file() and f"posterior/{path.name}" in _known():
                    (target / "posterior" / path.name).write_bytes(path.read_bytes())
        return target

    def plot(self, *names: str, axes: Any = None) -> Any:
        """Draws the posterior and the prior of some parameters (those that the surveys taught most); needs Matplotlib."""
        from . import plots

        return plots.posterior(self, names, axes)

    def __reduce__(self) -> tuple[Any, ...]:
        return (Posterior, (None if self._place is None else str(self._place),))

    def __repr__(self) -> str:
        where = "of the package" if self.folder is None else str(self.folder)
        return f"<Posterior {where}: {len(self.draws)} draws as of {self.as_of}, {self.certificate}>"

    def _repr_html_(self) -> str:
        return f"<h4>Posterior as of {self.as_of}: {self.certificate}</h4>{self.gates._repr_html_()}"


def _table_of(posterior: Posterior, name: str) -> Table:
    return posterior.table(name)


def _prior(luck: random.Random, one: Any) -> float:
    while not one.minimum <= (value := luck.gauss(one.prior_mean, one.prior_sd)) <= one.maximum:
        pass
    return value


def posterior(folder: Place | None = None) -> Posterior:
    """The posterior of the package, or of a folder that :func:`telework.calibrate` has written."""
    return Posterior(folder)


def write_tables(folder: Place, *, force: bool = False) -> Path:
    """Writes the package's data tables into a folder, to be changed and given as ``data=``; ``docs/data.md`` says what can be
    replaced. A folder that is there is replaced only with ``force``, and only when it holds nothing but such tables.
    """
    target = Path(folder)
    texts = _engine.embedded_texts()
    if target.exists():
        foreign = (
            [one for one in target.rglob("*") if one.is_file() and one.relative_to(target).as_posix() not in _known()]
            if target.is_dir()
            else [target]
        )
        if foreign or not force:
            advice = "name another folder" if foreign else "name another folder, or add force=True"
            raise error("files", f"{target} is already there", advice)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".telework-", dir=target.parent) as draft:
            fresh = Path(draft, "tables")
            for name, text in texts.items():
                path = fresh / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text.encode())
            if target.exists():
                target.rename(Path(draft, "old"))
            os.replace(fresh, target)
    except OSError as failed:
        raise error("files", f"cannot write {target}: {failed}") from failed
    return target


def _known() -> set[str]:
    """Files of a folder of tables: the package's, and what a calibration writes beside them."""
    return {*_engine.embedded_texts(), *(f"posterior/{name}" for name in ("calibration.toml", "point.csv", "rows.csv"))}
