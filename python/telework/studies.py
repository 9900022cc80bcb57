"""Runs, comparisons, attributions, searches and calibrations, here or on a cluster.

What is made elsewhere is brought into a store of finished runs, and then the engine writes the folder from it, as it does
for the program ``telework``: the same bytes, however many workers there were and in whatever order they were done.
"""

from __future__ import annotations

import datetime
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

from . import _engine, cluster
from .errors import error
from .progress import Progress, shown
from .results import Attribution, Comparison, Results, Run, Target
from .scenario import Scenario
from .stores import ChunkStore, Place, is_url, upload

#: ``None``: on this machine. ``"dask"``: on the current Dask client's cluster. Or a client.
On = Any
_Kind = TypeVar("_Kind", bound=Results)
_Change = tuple[str, str, str]


def run(
    scenario: Scenario | str,
    *,
    draws: int | None = None,
    sample: int | None = None,
    whole: bool = False,
    seed: int | None = None,
    point: bool = False,
    split: int = _engine.SPLIT,
    folder: Place | None = None,
    store: Place | None = None,
    data: Place | None = None,
    force: bool = False,
    on: On = None,
    chunk: int | None = None,
    threads: int = 0,
    progress: Progress = True,
) -> Run:
    """Runs a scenario; the folder has the same bytes as that of ``telework run`` with the same flags.

    ``draws``: replicates, each with a posterior draw and luck of its own (80 unless the scenario says otherwise). ``sample``:
    about so many firms, weighted (60,000); ``whole``: all 3,375,255. ``point``: one parameter set for all replicates, no
    parameter uncertainty. ``split``: replicates with three more runs each, which split the uncertainty.

    ``folder``: where the results go, a path or a URL (``results/<run>``). A folder that holds this very run is taken as it is;
    another one is replaced only with ``force``. ``store``: where finished runs are kept, a path or a URL
    (``results/store``); with a URL the workers write into it themselves. ``data``: a folder of data tables, on a cluster
    in the same place everywhere.

    ``on``: ``None`` for this machine, ``"dask"`` or a client for a cluster. ``chunk``: runs in a chunk (some seconds of a
    core). ``threads``: 0 = one for each core. The figures do not depend on any of them.
    """
    scenario = _scenario(scenario)
    own = _flags(whole=whole, sample=sample, replicates=draws, seed=seed)
    name, changes = scenario.typed(own)
    loaded = scenario.loaded(own)

    def prepare(out: Path | None, store: Path | None, force: bool) -> _engine.Study:
        return _engine.prepare_run(
            loaded, name, changes, out=out, store=store, point=point, split=split, force=force, data=_path(data)
        )

    return _study(Run, prepare, folder, store, data, force, on, chunk, threads, progress)


def compare(
    scenarios: Sequence[Scenario | str],
    *,
    targets: Sequence[str] = (),
    draws: int | None = None,
    sample: int | None = None,
    seed: int | None = None,
    point: bool = False,
    split: int = _engine.SPLIT,
    folder: Place | None = None,
    store: Place | None = None,
    data: Place | None = None,
    force: bool = False,
    on: On = None,
    chunk: int | None = None,
    threads: int = 0,
    progress: Progress = True,
) -> Comparison:
    """Runs scenarios on the same draws, luck and later emergencies; the first is the reference.

    ``targets``: such as ``"mic_introduction>=0.5"``. Scenarios of the same name get a number behind it; ``named`` gives better
    ones. The folder has the same bytes as that of ``telework compare`` on files with these names that :meth:`Scenario.save`
    wrote. Everything else as in :func:`run`.
    """
    own = _flags(draws=draws, sample=sample, seed=seed)
    names: list[str] = []
    loaded: list[_engine.Loaded] = []
    for one in _distinct([_scenario(scenario) for scenario in scenarios]):
        names.append(one.typed([])[0] if not one.changes else f"{one.name}.toml")
        # A changed scenario is what a file of it would be.
        loaded.append(one.loaded(own) if not one.changes else one.named(one.name).loaded(own))

    def prepare(out: Path | None, store: Path | None, force: bool) -> _engine.Study:
        return _engine.prepare_comparison(
            loaded,
            names,
            own,
            targets=list(targets),
            out=out,
            store=store,
            point=point,
            split=split,
            force=force,
            data=_path(data),
        )

    return _study(Comparison, prepare, folder, store, data, force, on, chunk, threads, progress)


def attribute(
    scenario: Scenario | str,
    *,
    among: Sequence[str] = (),
    kpis: Sequence[str] = (),
    draws: int | None = None,
    method: Literal["exact", "sampled"] | None = None,
    folder: Place | None = None,
    store: Place | None = None,
    data: Place | None = None,
    force: bool = False,
    on: On = None,
    chunk: int | None = None,
    threads: int = 0,
    progress: Progress = True,
) -> Attribution:
    """Splits the effect of a scenario's measures among them: Shapley values, alone, left out, interactions.

    ``among``: names of the measures that share, all that can still be decided unless given. ``kpis``: ids of the KPIs. ``method``:
    all coalitions, or random orders. Everything else as in :func:`run`; see ``docs/attribution.md``.
    """
    scenario = _scenario(scenario)
    name, changes = scenario.typed([])
    loaded = scenario.loaded([])

    def prepare(out: Path | None, store: Path | None, force: bool) -> _engine.Study:
        return _engine.prepare_attribution(
            loaded,
            name,
            changes,
            among=list(among),
            kpis=list(kpis),
            draws=draws,
            method=method,
            out=out,
            store=store,
            force=force,
            data=_path(data),
        )

    return _study(Attribution, prepare, folder, store, data, force, on, chunk, threads, progress)


def target(
    scenario: Scenario | str,
    kpi: str,
    vary: str,
    *,
    by: datetime.date | str | None = None,
    low: float | str | None = None,
    high: float | str | None = None,
    probability: float = 0.8,
    draws: int | None = None,
    folder: Place | None = None,
    store: Place | None = None,
    data: Place | None = None,
    force: bool = False,
    threads: int = 0,
    progress: Progress = True,
) -> Target:
    """Finds the smallest value of a number with which a KPI is reached, or says that none does.

    ``kpi``: such as ``"mic_introduction>=0.5"``. ``vary``: the number, written as in :meth:`Scenario.with_`. ``by``: the day on which
    the KPI is read. ``probability``: wanted share of the draws. Each value tried decides the next, so this runs on one machine.
    """
    scenario = _scenario(scenario)
    name, changes = scenario.typed([])
    loaded = scenario.loaded([])

    def prepare(out: Path | None, store: Path | None, force: bool) -> _engine.Study:
        return _engine.prepare_target(
            loaded,
            name,
            changes,
            goal=kpi,
            vary=scenario.path(vary),
            by=None if by is None else str(by),
            low=None if low is None else str(low),
            high=None if high is None else str(high),
            probability=probability,
            draws=draws,
            out=out,
            store=store,
            force=force,
            data=_path(data),
        )

    return _study(Target, prepare, folder, store, data, force, None, None, threads, progress)


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


def _flags(
    *,
    whole: bool = False,
    sample: int | None = None,
    replicates: int | None = None,
    draws: int | None = None,
    seed: int | None = None,
) -> list[_Change]:
    """Arguments as the command line's flags, in its order."""
    if whole and sample is not None:
        raise error("usage", "whole=True and sample= exclude each other", "keep one of the two")
    all_ = [
        ("--whole", "run.whole", True if whole else None),
        ("--draws", "run.replicates", draws),
        ("--sample", "run.sample", sample),
        ("--replicates", "run.replicates", replicates),
        ("--seed", "run.seed", seed),
    ]
    given = [(flag, path, value) for flag, path, value in all_ if value is not None]
    return [(flag if value is True else f"{flag} {value}", path, str(value).lower()) for flag, path, value in given]


def _path(place: Place | None) -> Path | None:
    return None if place is None else Path(place)


def _study(
    kind: type[_Kind],
    prepare: Callable[[Path | None, Path | None, bool], _engine.Study],
    folder: Place | None,
    store: Place | None,
    data: Place | None,
    force: bool,
    on: On,
    chunk: int | None,
    threads: int,
    progress: Progress,
) -> _Kind:
    """Prepares, brings in what is made elsewhere, carries out."""
    client = None if on is None else cluster.the_client(on)
    with tempfile.TemporaryDirectory(prefix="telework-") as aside:
        out = Path(aside, "folder") if is_url(folder) else _path(folder)
        local_store = Path(aside, "store") if is_url(store) else _path(store)
        # What is there already may be this very run, and a folder named after its content may always be renewed.
        study = prepare(out, local_store, force or out is None or _is_ours(out))
        place = study.folder if folder is None else folder
        there = {} if force else _manifest(place)
        if there.get("run") == study.run and there.get("code") == _engine.CODE:
            return kind(place)
        if there and folder is not None:
            raise error("files", f"{place} is already there", "write elsewhere with folder=, or add force=True")
        if client is not None or is_url(store):
            chunks = ChunkStore(str(store)) if is_url(store) else None
            bring(
                study.parcels(chunk),
                lambda parcel, content: parcel.keep(content),
                chunks,
                client,
                data,
                progress,
                threads,
            )
        with shown(progress, "simulating", "weeks") as tell:
            written = study.carry_out(threads=threads, progress=tell)
        if is_url(folder):
            upload(written, str(folder))
            return kind(str(folder))
        return kind(written)


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
    with shown(progress, "runs", "runs") as tell:

        def kept(runs: int) -> None:
            nonlocal done
            done += runs
            if tell is not None:
                tell(done, total)

        missing = []
        for work in works:
            content = None if chunks is None else chunks.get(work.key)
            if content is None:
                missing.append(work)
            else:
                keep(work, content)
                kept(len(work))
        if client is None:
            for work in missing:
                content = _engine.compute(work.payload, data=folder, threads=threads)
                if chunks is not None:
                    chunks.put(work.key, content)
                keep(work, content)
                kept(len(work))
            return
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


def _is_ours(folder: Path | None) -> bool:
    return folder is not None and _manifest(folder).get("program") == "telework-sim"


def _manifest(place: Place) -> dict[str, Any]:
    try:
        return Results(place).manifest
    except (OSError, json.JSONDecodeError):
        return {}
