"""What looks into folders and the posterior: certificates, forecasts, evaluations, folders made again, pages."""

from __future__ import annotations

import datetime
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from . import _engine, cluster
from .posteriors import Posterior
from .progress import Progress, shown
from .results import Results
from .scenario import Scenario
from .stores import ChunkStore, Place
from .studies import On, bring, request
from .tables import Lines


@dataclass(frozen=True)
class Certificate:
    """What is known of a posterior's quality."""

    #: The certificate in words.
    text: str
    #: The folder with its pictures.
    folder: Path

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.text)}</pre>"


@dataclass(frozen=True)
class Evaluation:
    """How past forecasts of the model and of others came out."""

    #: The page.
    text: str
    #: The folder of its tables.
    folder: Path

    @property
    def tables(self) -> list[str]:
        """Names of the tables."""
        return sorted(path.stem for path in self.folder.glob("*.csv"))

    def table(self, name: str) -> Any:
        """A table of the folder."""
        return Results(self.folder).table(name)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.text)}</pre>"


@dataclass(frozen=True)
class Verification:
    """What came of making a folder again; true when it is the same."""

    #: Files that were compared.
    compared: list[str]
    #: What cannot be made again.
    uncovered: list[str]
    #: Why the folder cannot be called the same: other code, other tables.
    changes: list[str]
    #: What differs.
    differences: list[str]

    @property
    def same(self) -> bool:
        """Whether every file is the same, byte by byte."""
        return not self.changes and not self.differences

    def __bool__(self) -> bool:
        return self.same


def validate(
    posterior: Posterior | Place | None = None,
    *,
    out: Place | None = None,
    forecast: Place | None = None,
    scenario: Scenario | str = "forecast",
    force: bool = False,
    data: Place | None = None,
    threads: int = 0,
    progress: Progress = True,
) -> Certificate:
    """The certificate of a posterior in words and pictures, as ``telework validate``; that of the package unless one is given.

    ``out``: where the pictures go. ``forecast``: a CSV file for the monthly forecast of every survey under ``scenario``;
    :func:`forecast` gives it as lines.
    """
    arguments = {"out": out, "forecast": forecast, "force": force, "data": data, "threads": threads}
    arguments["posterior"] = posterior.folder if isinstance(posterior, Posterior) else posterior
    with tempfile.TemporaryDirectory(prefix="telework-") as aside:
        if forecast is not None:
            arguments["scenario"] = _named(scenario, aside)
        found = _inspect("validate", arguments, "forecasting", progress)
    return Certificate(found["text"], Path(found["folder"]))


def forecast(
    scenario: Scenario | str = "forecast",
    *,
    posterior: Posterior | Place | None = None,
    data: Place | None = None,
    threads: int = 0,
    progress: Progress = True,
) -> Lines:
    """Monthly predictive quantiles of every survey series under a scenario: ``survey``, ``metric``, ``segment_type``,
    ``segment``, ``date``, ``quantile``, ``value``. :func:`validate` writes the same into a file.
    """
    with tempfile.TemporaryDirectory(prefix="telework-") as aside:
        file = Path(aside, "forecast.csv")
        arguments = {
            "posterior": posterior.folder if isinstance(posterior, Posterior) else posterior,
            "out": Path(aside, "certificate"),
            "forecast": file,
            "scenario": _named(scenario, aside),
            "data": data,
            "threads": threads,
        }
        with shown(progress, "forecasting", "weeks") as tell:
            _engine.forecast(request("validate", arguments), tell)
        table = _engine.read_table(file)
        rows = [dict(zip(table.columns, row, strict=True)) for row in table.head(len(table))]
    return Lines(rows, ["survey", "metric", "segment_type", "segment", "date", "quantile"])


def evaluate(
    origins: Sequence[datetime.date | str],
    config: Place | None = None,
    *,
    scenario: Scenario | str = "forecast",
    resume: bool = False,
    out: Place = "results/evaluation",
    store: Place | None = None,
    data: Place | None = None,
    on: On = None,
    threads: int = 0,
    progress: Progress = True,
) -> Evaluation:
    """Fits the model as of past days, forecasts, and scores against what was published since, as ``telework evaluate``.

    ``origins``: the days. Everything else as in :func:`telework.calibrate`.
    """
    arguments = {"origins": origins, "config": config, "resume": resume, "out": out, "data": data, "threads": threads}
    with tempfile.TemporaryDirectory(prefix="telework-") as aside:
        arguments["scenario"] = _named(scenario, aside)
        door = elsewhere(on, store, data)
        found = _inspect("evaluate", arguments, "evaluating", progress, door)
    return Evaluation(found["text"], Path(found["folder"]))


def verify(
    run_dir: Results | Place, *, data: Place | None = None, threads: int = 0, progress: Progress = True
) -> Verification:
    """Makes a folder of results again from its manifest, and compares every byte, as ``telework verify``."""
    folder = run_dir.file("manifest.json").parent if isinstance(run_dir, Results) else run_dir
    arguments = {"run_dir": folder, "data": data, "threads": threads}
    return Verification(**_inspect("verify", arguments, "running again", progress))


def report(
    folders: Sequence[Results | Place], *, out: Place | None = None, force: bool = False, data: Place | None = None
) -> Path:
    """Writes one page from folders of results, as ``telework report``: a comparison with its attribution, or some runs."""
    named = [one.folder if isinstance(one, Results) else one for one in folders]
    found = _engine.inspect(
        request("report", {"folders": named, "out": out, "force": force, "data": data}), None, None
    )  # fmt: skip
    return Path(json.loads(found))


def elsewhere(
    on: On, store: Place | None, data: Place | None
) -> Callable[[list[_engine.Chunk], Callable[[], bool]], list[bytes]] | None:
    """What makes the runs of fits on a cluster; ``None`` for this machine."""
    if on is None:
        return None
    client, chunks = cluster.the_client(on), ChunkStore(_engine.STORE if store is None else store)

    def made(works: list[_engine.Chunk], stopped: Callable[[], bool]) -> list[bytes]:
        found: dict[str, bytes] = {}

        def keep(work: _engine.Chunk, content: bytes) -> None:
            found[work.key] = content

        bring(works, keep, chunks, client, data, False, stopped=stopped)
        return [found[work.key] for work in works]

    return made


def _named(scenario: Scenario | str, aside: str) -> str:
    """A scenario as the engine may load it."""
    if not isinstance(scenario, Scenario):
        return scenario
    return str(scenario.save(Path(aside, f"{scenario.name}.toml")))


def _inspect(
    command: str, arguments: dict[str, Any], what: str, progress: Progress, door: Any = None
) -> dict[str, Any]:
    with shown(progress, what, "weeks") as tell:
        found: dict[str, Any] = json.loads(_engine.inspect(request(command, arguments), tell, door))
    return found
