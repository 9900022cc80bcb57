"""Folders of any kind, opened by what their manifest says."""

from __future__ import annotations

from .designs import Design
from .errors import error
from .posteriors import Posterior
from .results import Attribution, Comparison, Results, Run, Target
from .stores import Place

#: What there may be in a folder.
Opened = Run | Comparison | Attribution | Target | Design | Posterior


def open_folder(folder: Place) -> Opened:
    """Opens a folder that ``telework run``, ``compare``, ``attribute``, ``target`` or ``calibrate`` has written, a study of
    this package, or a design that was saved.
    """
    kinds: dict[str | None, type[Run] | type[Comparison] | type[Attribution] | type[Target]] = {
        None: Run,
        "comparison": Comparison,
        "attribution": Attribution,
        "target": Target,
    }
    there = Results(folder)
    try:
        manifest = there.manifest
    except (OSError, ValueError) as missing:
        if Posterior.is_there(folder):
            return Posterior(folder)
        advice = "name a folder with our manifest.json, or with the tables of a posterior"
        raise error("files", f"{folder} is not a result folder: {missing}", advice) from missing
    if manifest.get("program") == "telework-sim" and manifest.get("kind") == "design":
        return Design.open(folder)
    kind = kinds.get(manifest.get("kind"))
    if manifest.get("program") != "telework-sim" or kind is None:
        raise error("files", f"{folder} is not a result folder", "name a folder with our manifest.json")
    return kind(folder)
