"""Calibration: published surveys in, a posterior and its certificate out."""

from __future__ import annotations

import datetime
from pathlib import Path

from . import _engine
from .progress import Progress, shown
from .stores import Place


def calibrate(
    config: Place | None = None,
    *,
    as_of: datetime.date | str | None = None,
    resume: bool = False,
    folder: Place | None = None,
    data: Place | None = None,
    threads: int = 0,
    progress: Progress = True,
) -> Path:
    """Fits the model to the surveys; gives the folder with the posterior and its certificate.

    ``config``: a TOML file (that of the shipped posterior), see ``docs/calibration.md``. ``as_of``: only figures published by this
    day. ``resume``: goes on with what an interrupted calibration left.
    """
    with shown(progress, "calibrating", "steps") as tell:
        return _engine.calibrate(
            config=None if config is None else Path(config),
            as_of=None if as_of is None else str(as_of),
            resume=resume,
            out=None if folder is None else Path(folder),
            data=None if data is None else Path(data),
            threads=threads,
            progress=tell,
        )
