"""The scenario as a model: a function of some of its values, in the forms of EMA Workbench and SALib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import _engine, cluster
from .designs import checked_draws, checked_rows
from .errors import error
from .levers import Given, levers
from .outcome import USUAL, figures, read
from .progress import Progress
from .scenario import Scenario
from .stores import ChunkStore, Place
from .studies import On, _scenario, bring, request
from .tables import Lines, absolute, package


class Model:
    """A scenario as a function of some of its values, in the forms that EMA Workbench and SALib expect of a model.

    ``model(name=value, ...)`` gives a dictionary of outcomes (EMA Workbench). ``model(X)`` with a matrix, one row a point, gives
    a matrix with one column an outcome, or a vector for a single outcome (SALib). All points meet the same draws,
    process noise and later emergencies, so that differences between points are those of the inputs.
    """

    def __init__(
        self,
        scenario: Scenario | str,
        inputs: Mapping[str, Given] | Sequence[str],
        outcomes: Sequence[str] | None = None,
        *,
        year: int | None = None,
        draws: int = 8,
        sample: int | None = None,
        whole: bool = False,
        seed: int | None = None,
        point: bool = False,
        store: Place | None = None,
        data: Place | None = None,
        on: On = None,
        threads: int = 0,
        progress: Progress = True,
    ) -> None:
        """Makes and checks the model; nothing runs yet.

        ``inputs``: names as in :meth:`Scenario.with_`, each with its range ``(low, high)``: numbers, money (yen, or
        ``"500 million yen"``), durations (weeks, or ``"26 weeks"``), days (``("2021-10-01", "2023-04-01")``); ``bool`` for what is
        on or off; a list of choices. A parameter without a range, or in a list of names, has that of its table.
        ``run__seed`` lets luck vary. Each end is tried in the scenario.

        ``outcomes``: figures as in :func:`telework.outcomes`, each the mean over the draws, or ``"sd(F)"``, ``"q05(F)"``,
        ``"P(F>=0.5)"``, ``"F@2023"`` for another fiscal year than ``year``. ``store``: where finished runs are kept; without
        it they are not.
        """
        self.scenario = _scenario(scenario)
        checked_draws(draws)
        asked = {"scenario": self.scenario.file, "sample": sample, "whole": whole, "seed": seed, "threads": threads}
        changes = _engine.changes(request("run", asked))
        self._toml = self.scenario.loaded(changes).toml
        self._load()
        first, last = self._loaded.fiscal_years
        #: Fiscal year of the outcomes.
        self.year = last if year is None else year
        if not first <= self.year <= last:
            raise error("usage", f"year={year} lies outside the run", f"write a fiscal year from {first} to {last}")
        if on is not None:
            cluster.the_client(on)
        known = [kpi for kpi, *_ in _engine.kpis()] + list(USUAL)
        #: The outcomes as they were written.
        self.outcomes = list([outcomes] if isinstance(outcomes, str) else outcomes or known)
        self._read = read(self._loaded, self.outcomes, draws, (first, last))
        self._figures = figures(self._read)
        self._first, self._years = first, last - first + 1
        #: The inputs by name, each with form, unit and range.
        self.levers = levers(self.scenario, self._loaded, inputs)
        #: Their dotted paths.
        self.paths = {name: lever.path for name, lever in self.levers.items()}
        #: Smallest and largest value of each as SALib takes it.
        self.bounds = {name: lever.bounds for name, lever in self.levers.items()}
        self.draws, self.point, self.on, self.threads = draws, point, on, threads
        self.data = None if data is None else absolute(data)
        self.store = None if store is None else absolute(store)
        self.progress = progress

    def _load(self) -> None:
        self._loaded = _engine.Loaded.load_text(self.scenario.name, self._toml, [])

    def __getstate__(self) -> dict[str, Any]:
        # EMA Workbench, joblib and Dask send models to processes of their own: a client travels as its address, and many
        # processes do not draw bars over each other.
        state = {name: value for name, value in self.__dict__.items() if name != "_loaded"}
        return {**state, "on": cluster.address(self.on), "progress": False}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._load()

    @property
    def firms(self) -> int | None:
        """About so many firms are simulated; ``None`` = all."""
        return self._loaded.sample

    @property
    def __name__(self) -> str:
        return "telework"

    @property
    def problem(self) -> dict[str, Any]:
        """What SALib calls the problem: names, bounds, outputs."""
        return {
            "num_vars": len(self.levers),
            "names": list(self.levers),
            "bounds": [list(lever.bounds) for lever in self.levers.values()],
            "outputs": list(self.outcomes),
        }

    def __call__(self, points: Any = None, /, **values: Any) -> Any:
        if points is None:
            return dict(zip(self.outcomes, self.evaluate([values])[0], strict=True))
        numpy = package("numpy")
        rows = [dict(zip(self.levers, point, strict=True)) for point in numpy.atleast_2d(points).tolist()]
        answers = numpy.asarray(self.evaluate(rows))
        return answers[:, 0] if len(self.outcomes) == 1 else answers

    def evaluate(self, rows: Sequence[Mapping[str, Any]]) -> list[list[float]]:
        """The outcomes at some points."""
        all_ = self.values(rows)
        places = [self._figures.index(one.figure) for one in self._read]
        return [
            [
                one.of([draw[place][self._at(one.year)] for draw in row])
                for one, place in zip(self._read, places, strict=True)
            ]
            for row in all_
        ]

    def each_draw(self, rows: Sequence[Mapping[str, Any]]) -> Lines:
        """The figures of the outcomes in each draw at some points, at the end of the outcomes' fiscal year."""
        lines = [
            {
                "point": number,
                "draw": draw,
                **{
                    f"{one.figure}@{one.year}" if one.year else one.figure: figures[self._figures.index(one.figure)][
                        self._at(one.year)
                    ]
                    for one in self._read
                },
            }
            for number, row in enumerate(self.values(rows))
            for draw, figures in enumerate(row)
        ]
        return Lines(lines, ["point", "draw"])

    def _at(self, year: int | None) -> int:
        return (self.year if year is None else year) - self._first

    def values(self, rows: Sequence[Mapping[str, Any]]) -> list[list[list[list[float]]]]:
        """Every figure of the model's runs: by point, draw, figure and fiscal year."""
        for row in rows:
            unknown = set(row) - set(self.levers)
            if unknown:
                listed = ", ".join(self.levers)
                raise error("usage", f"no input is called {', '.join(sorted(unknown))}", f"the inputs are {listed}")
        if not rows:
            raise error("usage", "there is no point to evaluate", "give one at least")
        settings = [{self.paths[name]: self.levers[name].toml(value) for name, value in row.items()} for row in rows]
        checked_rows(self._loaded, settings)
        client = None if self.on is None else cluster.the_client(self.on)
        works = _engine.design_chunks(
            self._loaded,
            [list(row.items()) for row in settings],
            [(row, draw) for row in range(len(rows)) for draw in range(self.draws)],
            self._figures,
            point=self.point,
            runs=1 if client is None else None,
            data=None if self.data is None else Path(self.data),
        )
        step, width = self._years, self._years * len(self._figures)
        found: list[list[list[list[float]]]] = [[[] for _ in range(self.draws)] for _ in rows]

        def keep(one: _engine.Chunk, content: bytes) -> None:
            numbers = list(map(float, memoryview(content).cast("d")))
            for place, (row, draw) in enumerate(one.runs):
                run = numbers[place * width : (place + 1) * width]
                found[row][draw] = [run[start : start + step] for start in range(0, width, step)]

        chunks = None if self.store is None else ChunkStore(self.store)
        bring(works, keep, chunks, client, self.data, self.progress, self.threads)
        return found

    def ema(self, name: str = "telework", levers: Sequence[str] = ()) -> Any:
        """The model as EMA Workbench's ``Model``: inputs are uncertainties, those named in ``levers`` are levers."""
        workbench = package("ema_workbench", "ema-workbench")
        unknown = set(levers) - set(self.levers)
        if unknown:
            listed = ", ".join(self.levers)
            raise error("usage", f"no input is called {', '.join(sorted(unknown))}", f"the inputs are {listed}")
        model = workbench.Model(name, function=self)
        model.uncertainties = [lever.workbench() for key, lever in self.levers.items() if key not in levers]
        model.levers = [lever.workbench() for key, lever in self.levers.items() if key in levers]
        model.outcomes = [workbench.ScalarOutcome(one) for one in self.outcomes]
        return model


#: As a function, as the other studies are.
model = Model
