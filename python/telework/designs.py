"""Designs: a scenario under many sets of values.

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
from .outcome import USUAL, Outcome, figures, quantile, read, sd
from .progress import Progress
from .scenario import Scenario, unit_of, written
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
        if unit_of(path) is None:
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
    whole: bool = False,
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
    checked_draws(draws)
    _checked_chunk(chunk)
    asked = request(
        "run", {"scenario": scenario.file, "sample": sample, "whole": whole, "seed": seed, "threads": threads}
    )
    loaded = scenario.loaded(_engine.changes(asked))
    checked_rows(loaded, rows)
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


def checked_draws(draws: int) -> None:
    if isinstance(draws, bool) or not isinstance(draws, int) or not 1 <= draws <= 10_000:
        raise error(
            "usage", f"draws={draws!r} is no number of draws", "write draws=8 or another whole number from 1 to 10000"
        )


def _checked_chunk(chunk: int | None) -> None:
    if chunk is not None and (isinstance(chunk, bool) or not isinstance(chunk, int) or chunk < 1):
        raise error("usage", f"chunk={chunk!r} is no number of runs", "write chunk=8 or another whole number above 0")


def checked_rows(loaded: _engine.Loaded, rows: list[dict[str, str]]) -> None:
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
