"""Tables: columns of Arrow memory that pandas, Polars, pyarrow, DuckDB and xarray take, and lines of plain numbers.

A day is a timestamp of its midnight, a name or id a category, a missing number a null.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Any, Protocol, overload

from .errors import error

#: Rows that a notebook shows.
_SHOWN = 10

#: What names a line, in the order in which a table is indexed; of each table those that it has.
_DIMENSIONS = (
    "scenario", "reference", "row", "replicate", "firm", "draw", "chain", "experiment", "forecaster", "against", "horizon", "origin",
    "truth", "parameter", "first", "second", "fiscal_year", "week", "class", "member", "kpi", "indicator", "survey",
    "wave", "date", "metric", "segment_type", "segment", "intervention", "intervention_a", "intervention_b", "source",
    "part", "check", "name", "sweep", "per", "yen",
)  # fmt: skip
#: Tables of which some such columns are values.
_VALUES = {
    "draws": ("draw", "chain"),
    "published": ("scenario",),
    "choice": ("reference", "survey"),
    "differences": ("reference",),
    "costs": ("reference",),
    "acceptability": ("reference",),
    "profiles": (),
}
#: Tables with values among what names a line.
_ALSO = {
    "exceedance": ("target", "target_source"),
    "reached": ("target", "target_source"),
    "profiles": ("value",),
    "target": ("vary", "value"),
    "attribution": ("scenario",),
}


def package(name: str, extra: str | None = None) -> Any:
    """An optional package; says how to install it when it is missing."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name is not None and missing.name.partition(".")[0] != name.partition(".")[0]:
            raise
        installed = extra or name.partition(".")[0]
        raise error("usage", f"this needs {name.partition('.')[0]}", f"pip install {installed}") from missing


class ArrowTable(Protocol):
    """A table of the engine."""

    @property
    def columns(self) -> list[str]: ...
    def __len__(self) -> int: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    def __arrow_c_schema__(self) -> object: ...
    def head(self, rows: int) -> list[tuple[Any, ...]]: ...


class Table:
    """A table in the engine's memory, handed on by the Arrow PyCapsule interface without copying.

    ``pyarrow.table(t)``, ``polars.DataFrame(t)``, ``pandas.DataFrame.from_arrow(t)`` and DuckDB take it as it is. Pickled, it
    travels as the name of the place from which it is read again.
    """

    def __init__(self, name: str, inner: ArrowTable, again: tuple[Callable[..., Table], tuple[Any, ...]]) -> None:
        #: Name of the table, that of its file.
        self.name = name
        self._inner = inner
        self._again = again

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return self._inner.columns

    @property
    def key(self) -> list[str]:
        """The columns that together name a line."""
        left_out, more = _VALUES.get(self.name, ()), _ALSO.get(self.name, ())
        own = [one for one in _DIMENSIONS if one in self.columns and one not in left_out]
        return own + [one for one in more if one in self.columns and one not in own]

    def __len__(self) -> int:
        return len(self._inner)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._inner.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        return self._inner.__arrow_c_schema__()

    def head(self, rows: int = _SHOWN) -> list[dict[str, Any]]:
        """The first rows, each a dictionary; days are ISO texts."""
        return [dict(zip(self.columns, row, strict=True)) for row in self._inner.head(rows)]

    def to_arrow(self) -> Any:
        """As a ``pyarrow.Table``, without copying."""
        return package("pyarrow").table(self)

    def to_polars(self) -> Any:
        """As a ``polars.DataFrame``, without copying."""
        return package("polars").DataFrame(self)

    def to_pandas(self, *, index: bool = False) -> Any:
        """As a ``pandas.DataFrame``; with ``index``, lines are indexed by :attr:`key`."""
        package("pyarrow")
        frame = package("pandas").DataFrame.from_arrow(self)
        return frame.set_index(self.key) if index else frame

    def to_xarray(self) -> Any:
        """As an ``xarray.Dataset``: a dimension for each column of :attr:`key`, a variable for each other column."""
        package("xarray")
        frame = self.to_pandas()
        texts = [name for name in self.key if str(frame[name].dtype) in ("category", "str", "object")]
        frame = frame.astype(dict.fromkeys(texts, "object"))
        return frame.set_index(self.key).to_xarray()

    def __reduce__(self) -> tuple[Any, ...]:
        return self._again

    def __repr__(self) -> str:
        return f"<Table {self.name} of {len(self)} rows: {', '.join(self.columns)}>"

    def _repr_html_(self) -> str:
        return _html(self.columns, self._inner.head(_SHOWN), len(self))


class Lines(Sequence[dict[str, Any]]):
    """Lines of plain values, few enough to be at hand: a list of dictionaries that frames take too."""

    def __init__(self, lines: Sequence[Mapping[str, Any]], key: Sequence[str] = ()) -> None:
        self._lines = [dict(line) for line in lines]
        #: The columns that together name a line.
        self.key = list(key)

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return list(self._lines[0]) if self._lines else []

    @overload
    def __getitem__(self, place: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, place: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, place: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        return self._lines[place]

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self._lines)

    def column(self, name: str) -> list[Any]:
        """The values of a column."""
        return [line[name] for line in self._lines]

    def to_pandas(self, *, index: bool = False) -> Any:
        """As a ``pandas.DataFrame``; with ``index``, lines are indexed by :attr:`key`."""
        frame = package("pandas").DataFrame(self._lines)
        return frame.set_index(self.key) if index else frame

    def to_polars(self) -> Any:
        """As a ``polars.DataFrame``."""
        return package("polars").DataFrame(self._lines)

    def to_xarray(self) -> Any:
        """As an ``xarray.Dataset``: a dimension for each column of :attr:`key`."""
        package("xarray")
        return self.to_pandas(index=True).to_xarray()

    def __repr__(self) -> str:
        return f"<{len(self)} lines: {', '.join(self.columns)}>"

    def _repr_html_(self) -> str:
        return _html(self.columns, [tuple(line.values()) for line in self._lines[:_SHOWN]], len(self))


def _html(columns: Sequence[str], rows: Sequence[tuple[Any, ...]], number: int) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    body = "".join("<tr>" + "".join(f"<td>{escape(_shown(value))}</td>" for value in row) + "</tr>" for row in rows)
    more = f"<p>{number:,} rows, the first {len(rows)} shown</p>" if number > len(rows) else f"<p>{number:,} rows</p>"
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def absolute(place: str | os.PathLike[str]) -> str:
    """A place that means the same from any working folder."""
    text = os.fspath(place)
    return text if "://" in text else os.path.abspath(text)
