"""Calibration: published surveys in, a posterior and its certificate out."""

from __future__ import annotations

import datetime

from . import _engine
from .inspections import elsewhere
from .posteriors import Posterior
from .progress import Progress, shown
from .stores import Place
from .studies import On, place_of, request


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
) -> Posterior:
    """Fits the model to the surveys; gives the posterior with its certificate, in a folder with the bytes of ``telework calibrate``.

    ``config``: a TOML file (that of the shipped posterior), see ``docs/calibration.md``. ``as_of``: only figures published by this
    day. ``resume``: goes on with what an interrupted calibration left. ``on``: the runs of every step of the fits go to the
    cluster; a step needs all runs of the one before, and what is no run stays here. ``store``: where finished chunks of runs
    are kept then (``results/store``).
    """
    place = place_of({"out": out, "folder": folder})
    arguments = {"config": config, "as_of": as_of, "resume": resume, "out": place, "data": data, "threads": threads}
    with shown(progress, "calibrating", "steps") as tell:
        return Posterior(_engine.calibrate(request("calibrate", arguments), tell, elsewhere(on, store, data)))
