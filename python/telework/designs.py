"""Designs: a scenario under many sets of values, and the scenario as a model for EMA Workbench and SALib.

A design keeps of each run what the candidate KPIs come to and what was spent, not the run itself: 10^5 runs stay small.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import _engine, cluster
from .errors import error
from .progress import Progress
from .scenario import Scenario, _toml
from .stores import ChunkStore, Place, is_url
from .studies import On, _scenario, bring, request

#: What a design may not change, as its rows share the table's years and draws.
_SHARED = ("run.start", "run.end", "run.replicates", "title", "question", "sources")


class Design:
    """The finished runs of a table of values."""

    def __init__(self, rows: list[dict[str, str]], table: _engine.DesignTable, aside: Any = None) -> None:
        #: The values of each row as TOML, by dotted path.
        self.rows = rows
        #: One line a row, draw and fiscal year: every candidate KPI in the year's last observed week (in its unit, see
        #: :func:`telework.kpis`), and ``spend_yen``, spent by all measures from the run's start to the year's end.
        #: Streamed from the store by Arrow, a chunk at a time.
        self.table = table
        self._aside = aside

    def __repr__(self) -> str:
        return f"<Design of {len(self.rows)} rows, {len(self.table)} lines>"


def design(
    scenario: Scenario | str,
    table: Any,
    *,
    draws: int = 8,
    sample: int | None = None,
    seed: int | None = None,
    point: bool = False,
    store: Place | None = None,
    data: Place | None = None,
    on: On = None,
    chunk: int | None = None,
    progress: Progress = True,
) -> Design:
    """Runs a scenario under each row of a table, every row in the same draws, process noise and later emergencies.

    ``table``: columns are numbers of the scenario, written as in :meth:`Scenario.with_`; a mapping of columns, a list of
    mappings, or a data frame of pandas, Polars or pyarrow. Everything else as in :func:`telework.run`.
    """
    scenario = _scenario(scenario)
    rows = _rows(scenario, table)
    asked = request("run", {"scenario": scenario.file, "sample": sample, "seed": seed})
    loaded = scenario.loaded(_engine.changes(asked))
    for row in rows[:1] + rows[-1:]:
        # A wrong column is found before anything runs.
        _engine.Loaded.load_text("row", loaded.toml, [(f"{path}={value}", path, value) for path, value in row.items()])
    settings = [list(row.items()) for row in rows]
    folder = None if data is None else Path(data)
    chunks = _engine.design_chunks(loaded, settings, draws, point=point, runs=chunk, data=folder)
    place = ChunkStore(_engine.STORE if store is None else store)
    aside = None
    if is_url(place.place):
        aside = tempfile.TemporaryDirectory(prefix="telework-")
        near = ChunkStore(aside.name)
    else:
        near = place

    def keep(one: _engine.Chunk, content: bytes) -> None:
        if near is not place:
            near.put(one.key, content)

    bring(chunks, keep, place, None if on is None else cluster.the_client(on), data, progress)
    first, last = loaded.fiscal_years
    parts = [(Path(near.path(one.key)), one.runs) for one in chunks]
    return Design(rows, _engine.DesignTable(parts, first, last - first + 1), aside)


def _rows(scenario: Scenario, table: Any) -> list[dict[str, str]]:
    if hasattr(table, "to_pylist"):  # pyarrow
        rows = table.to_pylist()
    elif hasattr(table, "to_dicts"):  # Polars
        rows = table.to_dicts()
    elif hasattr(table, "to_dict"):  # pandas
        rows = table.to_dict(orient="records")
    elif isinstance(table, Mapping):
        rows = [dict(zip(table, values, strict=True)) for values in zip(*table.values(), strict=True)]
    else:
        rows = [dict(row) for row in table]
    if not rows:
        raise error("usage", "the design has no rows")
    paths = {str(key): scenario.path(str(key)) for row in rows for key in row}
    for key, path in paths.items():
        if path in _SHARED:
            raise error("usage", f"a design cannot vary {key}", "make one design for each value of it")
    return [{paths[str(key)]: _toml(value) for key, value in row.items()} for row in rows]


class Model:
    """A scenario as a function of some of its numbers, in the forms that EMA Workbench and SALib expect of a model.

    ``model(name=value, ...)`` gives a dictionary of outcomes (EMA Workbench). ``model(X)`` with a matrix, one row a point, gives
    a matrix with one column an outcome, or a vector for a single outcome (SALib). An outcome is the mean over the
    draws of a KPI in its unit at the end of a fiscal year, or ``spend_yen``. All points meet the same draws, process noise and later
    emergencies, so that differences between points are those of the inputs.
    """

    def __init__(
        self,
        scenario: Scenario | str,
        inputs: Mapping[str, tuple[float, float]] | Sequence[str],
        outcomes: Sequence[str] | None = None,
        *,
        year: int | None = None,
        draws: int = 8,
        sample: int | None = None,
        seed: int | None = None,
        point: bool = False,
        data: Place | None = None,
        on: On = None,
        threads: int = 0,
    ) -> None:
        self.scenario = _scenario(scenario)
        asked = {"scenario": self.scenario.file, "sample": sample, "seed": seed}
        changes = _engine.changes(request("run", asked))
        self._toml = self.scenario.loaded(changes).toml
        self._load()
        first, last = self._loaded.fiscal_years
        #: Fiscal year of the outcomes.
        self.year = last if year is None else year
        if not first <= self.year <= last:
            raise error("usage", f"year={year} lies outside the run", f"write a fiscal year from {first} to {last}")
        known = [kpi for kpi, *_ in _engine.kpis()] + ["spend_yen"]
        #: Ids of the outcomes.
        self.outcomes = list(outcomes or known)
        for outcome in self.outcomes:
            if outcome not in known:
                raise error("usage", f"`{outcome}` is no outcome", f"write one of {', '.join(known)}")
        self._places = [known.index(outcome) for outcome in self.outcomes]
        self._width, self._years, self._at = len(known), last - first + 1, self.year - first
        self.paths = {name: self.scenario.path(name) for name in inputs}
        #: Smallest and largest value of each input; a parameter's are those of its table unless given.
        self.bounds: dict[str, tuple[float, float]] = {}
        for name, path in self.paths.items():
            low, high, *_ = self._loaded.number(path)
            self.bounds[name] = inputs[name] if isinstance(inputs, Mapping) else (low, high)
            if not low <= self.bounds[name][0] < self.bounds[name][1] <= high or self.bounds[name][1] > 1e300:
                message = f"{name} from {self.bounds[name][0]:g} to {self.bounds[name][1]:g} is no range of it"
                raise error("usage", message, f"give a range within {low:g} and {high:g}")
        self.draws, self.point, self.data, self.on, self.threads = draws, point, data, on, threads

    def _load(self) -> None:
        self._loaded = _engine.Loaded.load_text(self.scenario.name, self._toml, [])

    def __getstate__(self) -> dict[str, Any]:
        # EMA Workbench sends models to processes of its own.
        return {name: value for name, value in self.__dict__.items() if name not in ("_loaded", "on")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, on=None)
        self._load()

    @property
    def __name__(self) -> str:
        return "telework"

    @property
    def problem(self) -> dict[str, Any]:
        """What SALib calls the problem: names, bounds, outputs."""
        bounds = [list(self.bounds[name]) for name in self.paths]
        return {
            "num_vars": len(bounds),
            "names": list(self.paths),
            "bounds": bounds,
            "outputs": list(self.outcomes),
        }

    def __call__(self, points: Any = None, /, **values: float) -> Any:
        if points is None:
            return dict(zip(self.outcomes, self.evaluate([values])[0], strict=True))
        import numpy

        names = list(self.paths)
        rows = [dict(zip(names, map(float, point), strict=True)) for point in numpy.atleast_2d(points)]
        answers = numpy.asarray(self.evaluate(rows))
        return answers[:, 0] if len(self.outcomes) == 1 else answers

    def evaluate(self, rows: Sequence[Mapping[str, Any]]) -> list[list[float]]:
        """The outcomes at some points."""
        for row in rows:
            unknown = set(row) - set(self.paths)
            if unknown:
                raise error(
                    "usage", f"no input is called {', '.join(sorted(unknown))}", f"inputs: {', '.join(self.paths)}"
                )
        settings = [[(self.paths[name], _toml(value)) for name, value in row.items()] for row in rows]
        folder = None if self.data is None else Path(self.data)
        here = self.on is None
        # On this machine all points are one chunk, so that every core is busy to the end.
        runs = len(rows) * self.draws if here else None
        chunks = _engine.design_chunks(self._loaded, settings, self.draws, point=self.point, runs=runs, data=folder)
        found: dict[str, bytes] = {}
        client = None if here else cluster.the_client(self.on)

        def keep(one: _engine.Chunk, content: bytes) -> None:
            found[one.key] = content

        bring(chunks, keep, None, client, self.data, False, self.threads)
        sums = [[0.0] * len(self._places) for _ in rows]
        step = self._width * self._years
        for one in chunks:
            numbers = memoryview(found[one.key]).cast("d")
            for place, (number, _) in enumerate(one.runs):
                for outcome, kpi in enumerate(self._places):
                    sums[number][outcome] += numbers[place * step + kpi * self._years + self._at]
        return [[value / self.draws for value in outcomes] for outcomes in sums]

    def ema(self, name: str = "telework", levers: Sequence[str] = ()) -> Any:
        """The model as EMA Workbench's ``Model``: inputs are uncertainties, those named in ``levers`` are levers."""
        try:
            from ema_workbench import Model as Workbench
            from ema_workbench import RealParameter, ScalarOutcome
        except ModuleNotFoundError as missing:
            raise error("usage", "EMA Workbench is not installed", "pip install ema-workbench") from missing
        model = Workbench(name, function=self)
        model.uncertainties = [RealParameter(one, *self.bounds[one]) for one in self.paths if one not in levers]
        model.levers = [RealParameter(one, *self.bounds[one]) for one in self.paths if one in levers]
        model.outcomes = [ScalarOutcome(one) for one in self.outcomes]
        return model


#: As a function, as the other studies are.
model = Model
