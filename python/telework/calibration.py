"""Calibration: published surveys in, a posterior and its certificate out."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

from . import _engine, cluster
from .progress import Progress, shown
from .stores import ChunkStore, Place
from .studies import On, bring, place_of, request


def calibrate(
    config: Place | None = None,
    *,
    as_of: datetime.date | str | None = None,
    resume: bool = False,
    out: Place | None = None,
    store: Place | None = None,
    data: Place | None = None,
    on: On = None,
    threads: int = 0,
    progress: Progress = True,
    folder: Place | None = None,
) -> Path:
    """Fits the model to the surveys; gives the folder with the posterior and its certificate, the bytes of ``telework calibrate``.

    ``config``: a TOML file (that of the shipped posterior), see ``docs/calibration.md``. ``as_of``: only figures published by this
    day. ``resume``: goes on with what an interrupted calibration left. ``on``: the runs of every step of the fits go to the
    cluster; a step needs all runs of the one before, and what is no run stays here. ``store``: where finished chunks of runs
    are kept then (``results/store``).
    """
    elsewhere = None
    if on is not None:
        client, chunks = cluster.the_client(on), ChunkStore(_engine.STORE if store is None else store)

        def elsewhere(works: list[_engine.Chunk], stopped: Callable[[], bool]) -> list[bytes]:
            found: dict[str, bytes] = {}

            def keep(work: _engine.Chunk, content: bytes) -> None:
                found[work.key] = content

            bring(works, keep, chunks, client, data, False, stopped=stopped)
            return [found[work.key] for work in works]

    place = place_of({"out": out, "folder": folder})
    arguments = {"config": config, "as_of": as_of, "resume": resume, "out": place, "data": data, "threads": threads}
    with shown(progress, "calibrating", "steps") as tell:
        return _engine.calibrate(request("calibrate", arguments), tell, elsewhere)
