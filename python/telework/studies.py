"""Runs, comparisons, attributions, searches and calibrations, here or on a cluster.

What is made elsewhere is brought into a store of finished runs, and then the engine writes the folder from it, as it does
for the program ``telework``: the same bytes, however many workers there were and in whatever order they were done.
"""

from __future__ import annotations

import datetime
import json
import os
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TypeVar

from . import _engine, cluster
from .errors import error
from .progress import Progress, shown
from .results import Attribution, Comparison, Results, Run, Target
from .scenario import Scenario
from .stores import ChunkStore, Place, is_url, upload

#: Seconds between two looks at work that is made here.
_LOOK = 0.1

#: ``None``: on this machine. ``"dask"``: on the current Dask client's cluster. Or a client.
On = Any
_Kind = TypeVar("_Kind", bound=Results)


def run(
    scenario: Scenario | str,
    *,
    draws: int | None = None,
    sample: int | None = None,
    whole: bool = False,
    seed: int | None = None,
    point: bool = False,
    split: int = _engine.SPLIT,
    panel: bool = False,
    csv: bool = False,
    out: Place | None = None,
    store: Place | None = None,
    data: Place | None = None,
    force: bool = False,
    on: On = None,
    chunk: int | None = None,
    threads: int = 0,
    progress: Progress = True,
    folder: Place | None = None,
) -> Run:
    """Runs a scenario; the folder has the same bytes as that of ``telework run`` with the same flags.

    ``draws``: replicates, each with a posterior draw and process noise of its own (80 unless the scenario says otherwise).
    ``sample``: about so many firms, weighted (60,000); ``whole``: all 3,375,255. ``point``: one parameter set for all
    replicates, no parameter uncertainty. ``split``: replicates with two more runs each, which split the uncertainty.
    ``panel``: also every firm by month. ``csv``: the large tables as CSV in place of Parquet; what is read here is the same.

    ``out`` (or ``folder``): where the results go, a path or a URL (``results/<run>``). A folder that holds this very run is
    taken as it is; another one is replaced only with ``force``. ``store``: where finished runs are kept, a path or a URL
    (``results/store``); with a URL the workers write into it themselves. ``data``: a folder of data tables, on a cluster
    in the same place everywhere.

    ``on``: ``None`` for this machine, ``"dask"`` or a client for a cluster. ``chunk``: runs in a chunk (some seconds of a
    core). ``threads``: 0 = one for each core. The figures do not depend on any of them.
    """
    return _study(Run, "run", locals())


def compare(
    scenarios: Sequence[Scenario | str],
    *,
    targets: Sequence[str] = (),
    draws: int | None = None,
    sample: int | None = None,
    whole: bool = False,
    seed: int | None = None,
    point: bool = False,
    split: int = _engine.SPLIT,
    out: Place | None = None,
    store: Place | None = None,
    data: Place | None = None,
    force: bool = False,
    on: On = None,
    chunk: int | None = None,
    threads: int = 0,
    progress: Progress = True,
    folder: Place | None = None,
) -> Comparison:
    """Runs scenarios on the same draws, process noise and later emergencies; the first is the reference.

    ``targets``: such as ``"mic_introduction>=0.5"``. Scenarios of the same name get a number behind it; ``named`` gives better
    ones. The folder has the same bytes as that of ``telework compare`` on files with these names that :meth:`Scenario.save`
    wrote. Everything else as in :func:`run`.
    """
    return _study(Comparison, "compare", locals())


def attribute(
    scenario: Scenario | str,
    *,
    among: Sequence[str] = (),
    split_by: Literal["measure", "channel"] = "measure",
    kpis: Sequence[str] = (),
    draws: int | None = None,
    sample: int | None = None,
    whole: bool = False,
    seed: int | None = None,
    exact: bool = False,
    sampled: bool = False,
    out: Place | None = None,
    store: Place | None = None,
    data: Place | None = None,
    force: bool = False,
    on: On = None,
    chunk: int | None = None,
    threads: int = 0,
    progress: Progress = True,
    folder: Place | None = None,
    method: Literal["exact", "sampled"] | None = None,
) -> Attribution:
    """Splits the effect of a scenario's measures among them: Shapley values, alone, left out, interactions.

    ``among``: names of the measures that share, all that can still be decided unless given. ``kpis``: ids of the KPIs.
    ``split_by="channel"``: the channels of measures that say some share in place of the measures, and ``table("channels")`` has
    what they cost. ``exact``: all coalitions; ``sampled``: random orders; ``method="exact"`` says the same. Everything else as in
    :func:`run`; see ``docs/attribution.md``.
    """
    return _study(Attribution, "attribute", locals())


def target(
    scenario: Scenario | str,
    kpi: str,
    vary: str,
    *,
    segment: str | None = None,
    by: datetime.date | str | None = None,
    low: float | str | None = None,
    high: float | str | None = None,
    probability: float = 0.8,
    draws: int | None = None,
    sample: int | None = None,
    whole: bool = False,
    seed: int | None = None,
    out: Place | None = None,
    store: Place | None = None,
    data: Place | None = None,
    force: bool = False,
    on: On = None,
    chunk: int | None = None,
    threads: int = 0,
    progress: Progress = True,
    folder: Place | None = None,
) -> Target:
    """Finds the smallest value of a number with which a KPI is reached, or says that none does.

    ``kpi``: such as ``"mic_introduction>=0.5"``; ``segment``: of the KPI, when it does not name one. ``vary``: the number,
    written as in :meth:`Scenario.with_`, from ``low`` to ``high``. ``by``: the day on which the KPI is read.
    ``probability``: wanted share of the draws. On a cluster the values with which a search begins are made together, then
    the draws of one value after the other. Everything else as in :func:`run`.
    """
    return _study(Target, "target", locals())


def _scenario(scenario: Scenario | str) -> Scenario:
    return scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)


def _distinct(scenarios: list[Scenario]) -> list[Scenario]:
    """With a number behind names that were there before."""
    taken: set[str] = set()
    named = []
    for one in scenarios:
        number, name = 1, one.name
        while name in taken:
            number += 1
            name = f"{one.name}-{number}"
        taken.add(name)
        named.append(one if name == one.name else one.named(name))
    return named


def request(command: str, given: Mapping[str, Any]) -> str:
    """A request as the engine reads it: the arguments of a command by their names, as JSON."""
    return json.dumps({"command": command, **{name: _plain(value) for name, value in given.items()}})


def _plain(value: Any) -> Any:
    if isinstance(value, (os.PathLike, datetime.date)):
        return str(value)
    if isinstance(value, str) or not isinstance(value, Iterable):
        return value.item() if hasattr(value, "item") else value  # A NumPy number.
    return [_plain(one) for one in value]


def place_of(given: dict[str, Any]) -> Place | None:
    """Takes ``out``, or its other name ``folder``, out of the arguments."""
    out: Place | None = given.pop("out")
    folder: Place | None = given.pop("folder")
    if out is not None and folder is not None:
        raise error("usage", "out= and folder= are one argument", "keep one of the two")
    return folder if out is None else out


def _ready(command: str, given: dict[str, Any]) -> tuple[dict[str, Any], list[_engine.Loaded]]:
    """The arguments with names in place of scenarios, and the scenarios as the engine has them."""
    given = dict(given)
    if (method := given.pop("method", None)) is not None:
        if method not in ("exact", "sampled"):
            raise error("usage", f"`{method}` is no method of attribution", "write exact or sampled")
        given[method] = True
    if command == "compare":
        if isinstance(given["scenarios"], (str, Scenario)) or len(given["scenarios"]) < 2:
            raise error("usage", "a comparison needs two scenarios or more", "write tw.compare([reference, other])")
        some = _distinct([_scenario(one) for one in given.pop("scenarios")])
        # A changed scenario is what a file of it would be.
        files = [one.named(one.name) if one.is_changed else one for one in some]
        given["scenarios"] = [one.file for one in files]
        own = _engine.changes(request(command, given))
        return given, [one.loaded(own) for one in files]
    scenario = _scenario(given.pop("scenario"))
    given["scenario"] = scenario.file
    if "vary" in given:
        given["vary"] = scenario.path(given["vary"])
    own = _engine.changes(request(command, given))
    given["set"] = scenario.settings(own)
    return given, [scenario.loaded(own)]


def _study(kind: type[_Kind], command: str, given: dict[str, Any]) -> _Kind:
    """Prepares, brings in what is made elsewhere, carries out."""
    given = dict(given)
    place, on, chunk, progress = place_of(given), given.pop("on", None), given.pop("chunk", None), given.pop("progress")
    store, data, force, threads = given.pop("store"), given["data"], given.pop("force"), given["threads"]
    client = None if on is None else cluster.the_client(on)
    ready, loaded = _ready(command, given)
    with tempfile.TemporaryDirectory(prefix="telework-") as aside:
        out = Path(aside, "folder") if is_url(place) else _path(place)
        near = Path(aside, "store") if is_url(store) else _path(store)
        # What is there already may be this very run, and a folder named after its content may always be renewed.
        ready.update(out=out, store=near, force=force or out is None or _is_ours(out))
        study = _engine.prepare(request(command, ready), loaded)
        folder = study.folder if place is None else place
        there = {} if force else _manifest(folder)
        if there.get("run") == study.run and there.get("code") == _engine.CODE:
            return kind(folder)
        if there and place is not None:
            raise error("files", f"{folder} is already there", "write elsewhere with out=, or add force=True")
        if client is not None or is_url(store):
            chunks = ChunkStore(str(store)) if is_url(store) else None
            # A search tells by what is known which runs are next.
            last: list[str] = []
            while units := study.work_units(chunk):
                if (keys := [unit.key for unit in units]) == last:
                    raise error("files", f"{near or _engine.STORE} does not keep runs", "name another store=")
                last = keys
                bring(units, lambda unit, content: unit.keep(content), chunks, client, data, progress, threads)
        with shown(progress, "simulating", "weeks") as tell:
            written = study.carry_out(threads=threads, progress=tell)
        if is_url(place):
            upload(written, str(place))
            return kind(str(place))
        return kind(written)


def _path(place: Place | None) -> Path | None:
    return None if place is None else Path(place)


def bring(
    works: Iterable[Any],
    keep: Callable[[Any, bytes], None],
    chunks: ChunkStore | None,
    client: Any,
    data: Place | None,
    progress: Progress,
    threads: int = 0,
    stopped: Callable[[], bool] = lambda: False,
) -> None:
    """Hands the bytes of every chunk to ``keep``: from the store of chunks, from the cluster, or made here."""
    works = list(works)
    total = sum(map(len, works))
    done = 0
    folder = None if data is None else os.fspath(data)
    missing = []
    for work in works:
        content = None if chunks is None else chunks.get(work.key)
        if content is None:
            missing.append(work)
        else:
            keep(work, content)
            done += len(work)
    if client is None:
        if missing:
            _make_here(missing, keep, chunks, folder, progress, threads, total)
        return
    with shown(progress, "runs", "runs") as tell:

        def kept(runs: int) -> None:
            nonlocal done
            done += runs
            if tell is not None:
                tell(done, total)

        kept(0)
        # A store behind a URL is the workers' own; a path is this machine's.
        shared = chunks if chunks is not None and is_url(chunks.place) else None

        def take(work: Any, content: bytes | None) -> None:
            if content is None and shared is not None:
                content = shared.get(work.key)
            if content is None:
                where = shared.place if shared is not None else "nowhere"
                message = f"a worker wrote chunk {work.key} to {where}, and it is not there"
                raise error("files", message, "name a store that the workers and this machine share")
            if chunks is not None and shared is None:
                chunks.put(work.key, content)
            keep(work, content)

        place = None if shared is None else shared.place
        cluster.make(missing, take, client=client, data=folder, store=place, tell=kept, stopped=stopped)


def _make_here(
    works: list[Any],
    keep: Callable[[Any, bytes], None],
    chunks: ChunkStore | None,
    data: str | None,
    progress: Progress,
    threads: int,
    total: int,
) -> None:
    """Makes chunks on this machine, each kept as it ends: single runs side by side, larger chunks one after the other with all
    threads. Progress is told in weeks.
    """
    cores = threads or (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    lanes = min(cores, len(works)) if all(len(work) == 1 for work in works) else 1
    stop, lock = threading.Event(), threading.Lock()
    before = total - sum(map(len, works))
    ended, weeks = 0, 0
    under_way: dict[int, tuple[int, int]] = {}

    with shown(progress, "simulating", "weeks") as tell:

        def look(place: int, now: int, all_: int) -> None:
            nonlocal weeks
            if stop.is_set():
                raise InterruptedError
            with lock:
                under_way[place] = (now, all_)
                weeks = all_ // len(works[place])

        def make(place: int) -> bytes:
            nonlocal ended
            work = works[place]
            if stop.is_set():
                raise InterruptedError
            content = _engine.compute(
                work.payload,
                data=data,
                threads=1 if lanes > 1 else threads,
                progress=lambda now, all_: look(place, now, all_),
            )
            if chunks is not None:
                chunks.put(work.key, content)
            with lock:
                under_way.pop(place, None)
                ended += len(work)
            return content

        def say() -> None:
            if tell is not None and weeks:
                with lock:
                    now = weeks * (before + ended) + sum(done for done, _ in under_way.values())
                tell(now, weeks * total)

        pool = ThreadPoolExecutor(lanes, thread_name_prefix="telework")
        try:
            waiting = iter(range(len(works)))
            running = {pool.submit(make, place): place for place in islice(waiting, lanes)}
            while running:
                finished, _ = wait(running, timeout=_LOOK, return_when=FIRST_COMPLETED)
                for one in finished:
                    keep(works[running.pop(one)], one.result())
                    if (place := next(waiting, None)) is not None:
                        running[pool.submit(make, place)] = place
                say()
        except KeyboardInterrupt:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            kept = (
                ""
                if chunks is None
                else f"; {before + ended} of {total} runs are kept: the same call goes on from there"
            )
            raise KeyboardInterrupt(f"interrupted{kept}") from None
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)


def _is_ours(folder: Path | None) -> bool:
    return folder is not None and _manifest(folder).get("program") == "telework-sim"


def _manifest(place: Place) -> dict[str, Any]:
    try:
        return Results(place).manifest
    except (OSError, json.JSONDecodeError):
        return {}
