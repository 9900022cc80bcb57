"""The simulator's engine. Use it through the package `telework`, which has the words for it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, final

__all__ = [
    "CODE",
    "KINDS",
    "SPLIT",
    "STORE",
    "VERSION",
    "Chunk",
    "DesignTable",
    "Loaded",
    "Parcel",
    "Study",
    "Table",
    "built_in",
    "calibrate",
    "compute",
    "design_chunks",
    "key",
    "kpis",
    "parameters",
    "prepare_attribution",
    "prepare_comparison",
    "prepare_run",
    "prepare_target",
    "read_table",
    "schema",
]

VERSION: str
CODE: str
STORE: str
SPLIT: int
KINDS: list[str]

_Change = tuple[str, str, str]
_Progress = Callable[[int, int], None] | None

@final
class Loaded:
    @staticmethod
    def load(name: str, changes: Sequence[_Change]) -> Loaded: ...
    @staticmethod
    def load_text(name: str, text: str, changes: Sequence[_Change]) -> Loaded: ...
    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def question(self) -> str: ...
    @property
    def sources(self) -> list[str]: ...
    @property
    def start(self) -> str: ...
    @property
    def end(self) -> str: ...
    @property
    def weeks(self) -> int: ...
    @property
    def fiscal_years(self) -> tuple[int, int]: ...
    @property
    def seed(self) -> int: ...
    @property
    def replicates(self) -> int: ...
    @property
    def sample(self) -> int | None: ...
    @property
    def fixed(self) -> dict[str, float]: ...
    @property
    def toml(self) -> str: ...
    @property
    def notes(self) -> list[tuple[Any, ...]]: ...
    @property
    def measures(self) -> list[tuple[str, str, str, str, float, bool]]: ...
    def decidable(self) -> list[tuple[str, str]]: ...
    def number(self, path: str) -> tuple[float, float, str, float | None]: ...

@final
class Parcel:
    @property
    def key(self) -> str: ...
    @property
    def payload(self) -> str: ...
    def __len__(self) -> int: ...
    def keep(self, bytes: bytes) -> None: ...

@final
class Chunk:
    @property
    def key(self) -> str: ...
    @property
    def payload(self) -> str: ...
    @property
    def runs(self) -> list[tuple[int, int]]: ...
    def __len__(self) -> int: ...

@final
class Study:
    @property
    def run(self) -> str: ...
    @property
    def folder(self) -> Path: ...
    @property
    def notes(self) -> list[tuple[Any, ...]]: ...
    def parcels(self, runs: int | None = None) -> list[Parcel]: ...
    def carry_out(self, threads: int = 0, progress: _Progress = None) -> Path: ...

@final
class Table:
    """A table of a result folder, handed on by the Arrow PyCapsule interface without copying."""

    @property
    def columns(self) -> list[str]: ...
    def __len__(self) -> int: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    def __arrow_c_schema__(self) -> object: ...

@final
class DesignTable:
    """The table of a design, streamed by the Arrow PyCapsule interface."""

    def __new__(
        cls, parts: Sequence[tuple[Path, Sequence[tuple[int, int]]]], first_year: int, years: int
    ) -> DesignTable: ...
    @property
    def columns(self) -> list[str]: ...
    def __len__(self) -> int: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    def __arrow_c_schema__(self) -> object: ...

def built_in() -> list[str]: ...
def schema() -> str: ...
def kpis() -> list[tuple[str, str, str, str]]: ...
def parameters() -> list[dict[str, Any]]: ...
def read_table(path: Path) -> Table: ...
def key(payload: str) -> str: ...
def compute(payload: str, *, data: str | None = None, threads: int = 1, progress: _Progress = None) -> bytes: ...
def design_chunks(
    loaded: Loaded,
    rows: Sequence[Sequence[tuple[str, str]]],
    draws: int,
    *,
    point: bool,
    runs: int | None,
    data: Path | None,
) -> list[Chunk]: ...
def prepare_run(
    loaded: Loaded,
    name: str,
    changes: Sequence[_Change],
    *,
    out: Path | None,
    store: Path | None,
    point: bool,
    split: int,
    force: bool,
    data: Path | None,
) -> Study: ...
def prepare_comparison(
    loaded: Sequence[Loaded],
    names: Sequence[str],
    changes: Sequence[_Change],
    *,
    targets: Sequence[str],
    out: Path | None,
    store: Path | None,
    point: bool,
    split: int,
    force: bool,
    data: Path | None,
) -> Study: ...
def prepare_attribution(
    loaded: Loaded,
    name: str,
    changes: Sequence[_Change],
    *,
    among: Sequence[str],
    kpis: Sequence[str],
    draws: int | None,
    method: str | None,
    out: Path | None,
    store: Path | None,
    force: bool,
    data: Path | None,
) -> Study: ...
def prepare_target(
    loaded: Loaded,
    name: str,
    changes: Sequence[_Change],
    *,
    goal: str,
    vary: str,
    by: str | None,
    low: str | None,
    high: str | None,
    probability: float,
    draws: int | None,
    out: Path | None,
    store: Path | None,
    force: bool,
    data: Path | None,
) -> Study: ...
def calibrate(
    *,
    config: Path | None,
    as_of: str | None,
    resume: bool,
    out: Path | None,
    data: Path | None,
    threads: int,
    progress: _Progress,
    elsewhere: Callable[[list[Chunk], Callable[[], bool]], list[bytes]] | None,
) -> Path: ...
