"""Designs: a scenario under many sets of values, and the scenario as a model for EMA Workbench and SALib.

A design keeps of each run its figures at the ends of the fiscal years, not the run itself: 10^5 runs stay small.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from . import _engine, cluster
from .errors import ScenarioError, UsageError, error
from .levers import Given, levers
from .outcome import USUAL, Outcome, figures, quantile, read, sd
from .progress import Progress
from .scenario import Scenario, described, written
from .stores import ChunkStore, Place, file_system, is_url
from .studies import On, _scenario, bring, request
from .tables import Lines, Table, absolute, package

#: What a design may not change, as its rows share the table's years and draws.
_SHARED = ("run.start", "run.end", "run.replicates", "title", "question", "sources")
#: The figures of a design that was saved.
_NUMBERS = "figures.f64"
_HASH = hashlib.sha256().digest_size

#: Runs under the name by which they are kept: row and draw of each.
_Part = tuple[str, list[tuple[int, int]]]


class Design:
    """The finished runs of a table of values."""

    def __init__(self, about: dict[str, Any], parts: list[_Part], place: str, aside: Any = None) -> None:
        self._about = about
        self._parts = parts
        #: Where the figures are: a store of chunks, or the folder of a saved design.
        self.place = place
        self._aside = aside

    @property
    def scenario(self) -> Scenario:
        """The scenario that the rows change."""
        return Scenario.from_text(self._about["scenario_toml"], self._about["scenario"])

    @property
    def rows(self) -> list[dict[str, str]]:
        """The values of each row as TOML, by dotted path."""
        rows: list[dict[str, str]] = self._about["rows"]
        return rows

    @property
    def inputs(self) -> Lines:
        """The values of each row, a column an input: numbers (money in yen, durations in weeks), truth values, and texts."""
        names = list(dict.fromkeys(path for row in self.rows for path in row))
        number = {name: self._number(name) for name in names}
        lines = [
            {"row": place, **{name: None if name not in row else number[name](row[name]) for name in names}}
            for place, row in enumerate(self.rows)
        ]
        return Lines(lines, ["row"])

    def _number(self, path: str) -> Callable[[str], Any]:
        """What reads the values of an input: money as yen, durations as weeks."""
        if described(path).get("x-unit") not in ("yen", "weeks"):
            return _plain
        loaded = self._loaded

        def read(toml: str) -> Any:
            text = _plain(toml)
            try:
                return loaded.bound(path, path, text) if isinstance(text, str) else text
            except UsageError:
                # Of a measure that is off.
                return text

        return read

    @cached_property
    def _loaded(self) -> _engine.Loaded:
        return _engine.Loaded.load_text(self._about["scenario"], self._about["scenario_toml"], [])

    @property
    def draws(self) -> int:
        """Draws of each row."""
        return int(self._about["draws"])

    @property
    def years(self) -> range:
        """Fiscal years."""
        return range(self._about["years"][0], self._about["years"][1] + 1)

    @property
    def figures(self) -> list[str]:
        """Ids of the figures of each run."""
        names: list[str] = self._about["figures"]
        return names

    @cached_property
    def table(self) -> Table:
        """One line a row, draw and fiscal year: every figure in the year's last observed week (in its unit, see
        :func:`telework.outcomes`); money, deliveries and firms reached from the run's start to the year's end.
        Streamed from the store by Arrow, some runs at a time.
        """
        parts = [(Path(path), runs) for path, (_, runs) in zip(self._paths(), self._parts, strict=True)]
        inner = _engine.DesignTable(parts, self.figures, self.years[0], len(self.years))
        return Table("design", inner, (_table_of, (self,)))

    def _paths(self) -> list[str]:
        if not is_url(self.place):
            store = ChunkStore(self.place)
            return [f"{self.place}/{name}" if name == _NUMBERS else store.path(name) for name, _ in self._parts]
        if self._aside is None:
            self._aside = tempfile.TemporaryDirectory(prefix="telework-")
        near, far = ChunkStore(self._aside.name), ChunkStore(self.place)
        for name, _ in self._parts:
            if not os.path.exists(near.path(name)):
                content = far.get(name) if name != _NUMBERS else _sealed(self.place)
                if content is None:
                    raise error("files", f"{self.place} has no chunk {name} any more", "make the design again")
                near.put(name, content)
        return [near.path(name) for name, _ in self._parts]

    def _contents(self) -> Iterator[tuple[list[tuple[int, int]], memoryview[float]]]:
        """The numbers of each part."""
        width = 8 * len(self.figures) * len(self.years)
        for path, (_, runs) in zip(self._paths(), self._parts, strict=True):
            try:
                content = Path(path).read_bytes()[: width * len(runs)]
            except OSError as lost:
                raise error("files", f"cannot read {path}: {lost}", "make the design again") from lost
            if len(content) < width * len(runs):
                raise error("files", f"{path} is damaged", "make the design again")
            yield runs, memoryview(content).cast("d")

    def values(self, figure: str, year: int | None = None) -> list[list[float]]:
        """A figure at a fiscal year's end (the last one) in each draw of each row; not a number where it was not observed."""
        if figure not in self.figures:
            advice = f"name it in outcomes= of the design; it has {', '.join(self.figures)}"
            raise error("usage", f"`{figure}` is no figure of the design", advice)
        at, which, step = self._year(year), self.figures.index(figure), len(self.years)
        values = [[math.nan] * self.draws for _ in self.rows]
        for runs, numbers in self._contents():
            for place, (row, draw) in enumerate(runs):
                values[row][draw] = numbers[(place * len(self.figures) + which) * step + at]
        return values

    def summary(self, outcomes: Sequence[str], year: int | None = None) -> Lines:
        """The inputs of each row and some outcomes over its draws: ``"mic_introduction"`` (the mean),
        ``"sd(mic_introduction)"``, ``"q95(spend_yen@2023)"``, ``"P(mic_introduction>=0.5)"``. ``year``: the last one.
        """
        some = self._read(outcomes)
        columns = {
            one.text: [one.of(draws) for draws in self.values(one.figure, year if one.year is None else one.year)]
            for one in some
        }
        lines = [
            {**line, **{text: column[place] for text, column in columns.items()}}
            for place, line in enumerate(self.inputs)
        ]
        return Lines(lines, ["row"])

    def differences(self, figures: Sequence[str], *, reference: int = 0, year: int | None = None) -> Lines:
        """Paired differences of each row from the row ``reference``: in each draw both meet the same parameters, process noise
        and later emergencies. Their mean with its standard error, standard deviation, quantiles, and share above 0.
        """
        if not 0 <= reference < len(self.rows):
            raise error("usage", f"reference={reference} is no row", f"write a row from 0 to {len(self.rows) - 1}")
        lines = []
        for one in self._read(figures):
            if one.statistic != "mean":
                raise error("usage", f"`{one.text}`: a difference is one of figures", "name the figure alone")
            of_year = year if one.year is None else one.year
            values = self.values(one.figure, of_year)
            for row, draws in enumerate(values):
                if row != reference:
                    pairs = [a - b for a, b in zip(draws, values[reference], strict=True)]
                    lines.append({"row": row, "reference": reference, **_pairs(one.text, self._named(of_year), pairs)})
        return Lines(lines, ["row", "outcome"])

    def _read(self, texts: Sequence[str]) -> list[Outcome]:
        return read(self._loaded, texts, self.draws, (self.years[0], self.years[-1]))

    def _named(self, year: int | None) -> int:
        return self.years[-1] if year is None else year

    def _year(self, year: int | None) -> int:
        if self._named(year) not in self.years:
            advice = f"write a fiscal year from {self.years[0]} to {self.years[-1]}"
            raise error("usage", f"year={year} lies outside the design", advice)
        return self._named(year) - self.years[0]

    def to_polars(self) -> Any:
        """The table with the inputs of each row, as a ``polars.DataFrame``."""
        return self.inputs.to_polars().join(self.table.to_polars(), on="row", maintain_order="left_right")

    def to_pandas(self, *, index: bool = False) -> Any:
        """The table with the inputs of each row, as a ``pandas.DataFrame``; with ``index`` by row, draw and fiscal year."""
        frame = self.inputs.to_pandas().merge(self.table.to_pandas(), on="row")
        return frame.set_index(["row", "draw", "fiscal_year"]) if index else frame

    def to_xarray(self) -> Any:
        """The figures over row, draw and fiscal year as an ``xarray.Dataset``, with the inputs as coordinates of the row."""
        package("xarray")
        inputs = self.inputs.to_pandas(index=True)
        return self.table.to_xarray().assign_coords({name: ("row", inputs[name].to_numpy()) for name in inputs.columns})

    def plot(self, outcome: str, by: str | None = None, *, year: int | None = None, axes: Any = None) -> Any:
        """Draws an outcome over an input (the first one, or ``by``), a point a row, with 5 to 95 % of its draws; needs
        Matplotlib. Gives the axes.
        """
        from . import plots

        return plots.design(self, outcome, by, year, axes)

    def save(self, folder: Place, *, force: bool = False) -> Path:
        """Writes the design into a folder that :func:`telework.open` reads: ``manifest.json``, and the figures as 64-bit
        numbers with their hash. A design that is there is replaced only with ``force``; anything else never.
        """
        target = Path(folder)
        if target.exists():
            try:
                theirs = json.loads((target / "manifest.json").read_text(encoding="utf-8")).get("kind") == "design"
            except (OSError, ValueError):
                theirs = False
            if not theirs or not force or {one.name for one in target.iterdir()} - {"manifest.json", _NUMBERS}:
                advice = "save elsewhere, or add force=True" if theirs and not force else "save elsewhere"
                raise error("files", f"{target} is already there", advice)
        numbers, runs = bytearray(), []
        for of_part, content in self._contents():
            numbers += content.tobytes()
            runs += of_part
        manifest = {**self._about, "runs": runs, "figures_sha256": hashlib.sha256(numbers).hexdigest()}
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".telework-", dir=target.parent) as draft:
                fresh = Path(draft, "design")
                fresh.mkdir()
                (fresh / _NUMBERS).write_bytes(numbers)
                (fresh / "manifest.json").write_text(
                    json.dumps(manifest, indent=1, ensure_ascii=False), encoding="utf-8"
                )
                if target.exists():
                    target.rename(Path(draft, "old"))
                fresh.rename(target)
        except OSError as failed:
            raise error("files", f"cannot write {target}: {failed}") from failed
        return target

    @classmethod
    def open(cls, folder: Place) -> Design:
        """The design of a folder that :meth:`save` has written, here or behind a URL."""
        place = absolute(folder)
        try:
            if is_url(place):
                fs, root = file_system(place)
                about = json.loads(fs.cat_file(f"{root}/manifest.json"))
            else:
                about = json.loads(Path(place, "manifest.json").read_text(encoding="utf-8"))
            numbers = _sealed(place)
            runs = [(int(row), int(draw)) for row, draw in about.pop("runs")]
            if hashlib.sha256(numbers).hexdigest() != about.pop("figures_sha256"):
                raise error("files", f"{place}/{_NUMBERS} is not what was saved", "save the design again")
        except (OSError, ValueError, KeyError) as damaged:
            if isinstance(damaged, ValueError) and hasattr(damaged, "problems"):
                raise
            raise error(
                "files", f"{place} is no saved design: {damaged}", "name a folder that Design.save wrote"
            ) from damaged
        return cls(about, [(_NUMBERS, runs)], place)

    def __reduce__(self) -> tuple[Any, ...]:
        return (Design, (self._about, self._parts, self.place))

    def __repr__(self) -> str:
        years = f"{self.years[0]} to {self.years[-1]}"
        return f"<Design of {self._about['scenario']}: {len(self.rows)} rows, {self.draws} draws, fiscal {years}>"

    def _repr_html_(self) -> str:
        names = [name for name in ("mic_introduction", *USUAL) if name in self.figures]
        return f"<h4>{escape(repr(self)[1:-1])}</h4>{self.summary(names)._repr_html_()}"


def _sealed(place: str) -> bytes:
    if is_url(place):
        fs, root = file_system(place)
        return bytes(fs.cat_file(f"{root}/{_NUMBERS}"))
    return Path(place, _NUMBERS).read_bytes()


def _table_of(one: Design) -> Table:
    return one.table


def _pairs(text: str, year: int, pairs: list[float]) -> dict[str, Any]:
    spread = sd(pairs)
    whole = not any(math.isnan(pair) for pair in pairs)
    at = {name: quantile(pairs, q) if whole else math.nan for name, q in (("q05", 0.05), ("q50", 0.5), ("q95", 0.95))}
    return {
        "outcome": text,
        "fiscal_year": year,
        "pairs": len(pairs),
        "mean": sum(pairs) / len(pairs),
        "mean_se": spread / math.sqrt(len(pairs)),
        "sd": spread,
        **at,
        "positive": sum(pair > 0 for pair in pairs) / len(pairs) if whole else math.nan,
    }


def _plain(toml: str) -> Any:
    """A TOML value as Python's; what is no TOML is the text that it is."""
    try:
        value = tomllib.loads(f"value = {toml}")["value"]
    except tomllib.TOMLDecodeError:
        return toml
    return value if isinstance(value, (bool, int, float)) else str(value)


def design(
    scenario: Scenario | str,
    table: Any,
    *,
    outcomes: Sequence[str] = (),
    draws: int = 8,
    sample: int | None = None,
    seed: int | None = None,
    point: bool = False,
    store: Place | None = None,
    data: Place | None = None,
    on: On = None,
    chunk: int | None = None,
    threads: int = 0,
    progress: Progress = True,
) -> Design:
    """Runs a scenario under each row of a table, every row in the same draws, process noise and later emergencies.

    ``table``: columns are values of the scenario, written as in :meth:`Scenario.with_`; a mapping of columns, a list of
    mappings, or a data frame of pandas, Polars or pyarrow. ``outcomes``: figures beside the candidate KPIs,
    ``practising_firms``, ``teleworkers`` and ``spend_yen``, such as ``"practising_firms[prefecture=Tokyo]"`` or
    ``"spend_yen[managers]"`` (see :func:`telework.outcomes`). Everything else as in :func:`telework.run`.

    All rows are checked before the first one runs. On this machine each run is kept as it ends, so that after Ctrl-C the same
    call goes on.
    """
    scenario = _scenario(scenario)
    rows = _rows(scenario, table)
    _checked_draws(draws)
    _checked_chunk(chunk)
    asked = request("run", {"scenario": scenario.file, "sample": sample, "seed": seed, "threads": threads})
    loaded = scenario.loaded(_engine.changes(asked))
    _checked_rows(loaded, rows)
    years = loaded.fiscal_years
    wanted = figures(read(loaded, outcomes, draws, years))
    client = None if on is None else cluster.the_client(on)
    place = absolute(_engine.STORE if store is None else store)
    chunks, far = ChunkStore(place), is_url(place)
    cases = [(row, draw) for row in range(len(rows)) for draw in range(draws)]
    # On this machine a run is kept as it ends; on a cluster a chunk is some seconds of a core.
    runs = chunk if client is not None or chunk is not None else 1
    works = _engine.design_chunks(
        loaded,
        [list(row.items()) for row in rows],
        cases,
        wanted,
        point=point,
        runs=runs,
        data=None if data is None else Path(data),
    )
    aside = tempfile.TemporaryDirectory(prefix="telework-") if far else None

    def keep(one: _engine.Chunk, content: bytes) -> None:
        if aside is not None:
            ChunkStore(aside.name).put(one.key, content)

    bring(works, keep, chunks, client, data, progress, threads)
    about = {
        "program": "telework-sim",
        "kind": "design",
        "version": _engine.VERSION,
        "code": _engine.CODE,
        "scenario": loaded.name,
        "scenario_toml": loaded.toml,
        "parameters": "point" if point else "posterior",
        "draws": draws,
        "years": list(years),
        "figures": wanted,
        "rows": rows,
    }
    return Design(about, [(one.key, one.runs) for one in works], place, aside)


def _checked_draws(draws: int) -> None:
    if isinstance(draws, bool) or not isinstance(draws, int) or not 1 <= draws <= 10_000:
        raise error(
            "usage", f"draws={draws!r} is no number of draws", "write draws=8 or another whole number from 1 to 10000"
        )


def _checked_chunk(chunk: int | None) -> None:
    if chunk is not None and (isinstance(chunk, bool) or not isinstance(chunk, int) or chunk < 1):
        raise error("usage", f"chunk={chunk!r} is no number of runs", "write chunk=8 or another whole number above 0")


def _checked_rows(loaded: _engine.Loaded, rows: list[dict[str, str]]) -> None:
    wrong = _engine.first_wrong_row(loaded, [list(row.items()) for row in rows])
    if wrong is not None:
        place, problem = wrong
        if isinstance(problem, ScenarioError):
            problem = ScenarioError(problem.problems, f"row {place} of the design:\n{problem}")
        raise problem


def _rows(scenario: Scenario, table: Any) -> list[dict[str, str]]:
    if hasattr(table, "to_pylist"):  # pyarrow
        rows = table.to_pylist()
    elif hasattr(table, "to_dicts"):  # Polars
        rows = table.to_dicts()
    elif isinstance(table, Lines):
        rows = list(table)
    elif hasattr(table, "to_dict"):  # pandas
        rows = table.to_dict(orient="records")
    elif isinstance(table, Mapping):
        lengths = {str(name): len(values) for name, values in table.items()}
        if len(set(lengths.values())) > 1:
            listed = ", ".join(f"{name}: {length}" for name, length in lengths.items())
            raise error("usage", f"the columns of the design are not of one length ({listed})")
        rows = [dict(zip(table, values, strict=True)) for values in zip(*table.values(), strict=True)]
    else:
        rows = [dict(row) for row in table]
    if not rows:
        raise error("usage", "the design has no rows", "give a value of each column at least")
    paths = {str(key): scenario.path(str(key)) for row in rows for key in row}
    for key, path in paths.items():
        if path in _SHARED:
            raise error("usage", f"a design cannot vary {key}", "make one design for each value of it")
        if clash := next((other for other, same in paths.items() if same == path and other != key), None):
            raise error("usage", f"{key} and {clash} are the same column: {path}", "keep one of the two")
    return [{paths[str(key)]: written(paths[str(key)], value) for key, value in row.items()} for row in rows]


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
        _checked_draws(draws)
        asked = {"scenario": self.scenario.file, "sample": sample, "seed": seed, "threads": threads}
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
        _checked_rows(self._loaded, settings)
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
