"""``python -m telework cluster ...``: the studies of the program ``telework`` on a Dask cluster, from the terminal."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from . import calibration, studies
from .errors import TeleworkError
from .results import Results
from .scenario import Scenario

#: As those of the program; 7 is the cluster's own.
_CODES = {"usage": 2, "scenario": 3, "data": 4, "files": 5, "different": 6, "cluster": 7}
_INTERRUPTED = 130


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m telework", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="cluster")
    cluster = commands.add_parser("cluster", help="studies on a Dask cluster").add_subparsers(
        dest="study", required=True
    )
    calibrate = cluster.add_parser("calibrate", help="fits the model to the surveys", description=calibration.__doc__)
    calibrate.add_argument("config", nargs="?", help="a configuration; without one, that of the shipped posterior")
    calibrate.add_argument("--as-of", metavar="DATE", help="use only figures published by this day")
    calibrate.add_argument("--resume", action="store_true", help="goes on with what an interrupted calibration left")
    calibrate.add_argument(
        "--scheduler", required=True, metavar="ADDRESS", help="of the Dask scheduler: tcp://host:8786"
    )
    calibrate.add_argument("--out", metavar="DIR", help="where the folder goes")
    calibrate.add_argument("--store", metavar="PLACE", help="where finished chunks are kept")
    calibrate.add_argument("--data", metavar="DIR", help="folder of data tables, in the same place on every worker")
    for study, what, scenarios in (
        ("run", "runs a scenario and writes a run folder", None),
        ("compare", "runs scenarios on the same draws and luck; the first is the reference", "+"),
        ("attribute", "splits the effect of a scenario's measures among them", None),
    ):
        one = cluster.add_parser(study, help=what, description=what)
        one.add_argument("scenario", nargs=scenarios, help="path of a scenario file, or name of a shipped scenario")
        one.add_argument("--scheduler", required=True, metavar="ADDRESS", help="of the Dask scheduler: tcp://host:8786")
        one.add_argument("--set", action="append", default=[], metavar="path=value", help="changes one value")
        one.add_argument("--draws", type=int, metavar="N", help="replicates, or pairs")
        one.add_argument("--out", metavar="PLACE", help="where the folder goes: a path or URL")
        one.add_argument(
            "--store", metavar="PLACE", help="where finished runs are kept; workers write into a URL themselves"
        )
        one.add_argument("--data", metavar="DIR", help="folder of data tables, in the same place on every worker")
        one.add_argument("--chunk", type=int, metavar="N", help="runs in a chunk; some seconds of a core by default")
        one.add_argument("--force", action="store_true", help="replaces an existing folder of the same kind")
        if study != "attribute":
            one.add_argument("--sample", type=int, metavar="N", help="simulates about so many firms, weighted")
            one.add_argument("--seed", type=int, metavar="S", help="seed of all draws of the dynamics")
            one.add_argument("--split", type=int, metavar="N", help="replicates whose uncertainty is split")
            one.add_argument("--point", action="store_true", help="one parameter set for all replicates")
        if study == "run":
            one.add_argument("--whole", action="store_true", help="simulates every firm of Japan")
        if study == "compare":
            one.add_argument("--target", action="append", metavar="NAME>=VALUE", dest="targets", help="a target")
        if study == "attribute":
            one.add_argument("--among", type=lambda text: text.split(","), metavar="A,B", help="only these measures")
            one.add_argument(
                "--kpi", type=lambda text: text.split(","), metavar="NAME,...", dest="kpis", help="only these"
            )
            method = one.add_mutually_exclusive_group()
            method.add_argument("--exact", action="store_const", const="exact", dest="method", help="all coalitions")
            method.add_argument("--sampled", action="store_const", const="sampled", dest="method", help="random orders")
    return parser


def _done(given: dict[str, Any]) -> object:
    """The folder of a study."""
    from distributed import Client

    study, scheduler, out = given.pop("study"), given.pop("scheduler"), given.pop("out")
    changes = dict(change.partition("=")[::2] for change in given.pop("set", []))
    names = given.pop("scenario", [])
    changed = [Scenario.load(name).with_(changes) for name in ([names] if isinstance(names, str) else names)]
    given = {name: value for name, value in given.items() if value is not None}
    do: Any = {"run": studies.run, "compare": studies.compare, "attribute": studies.attribute}.get(study)
    with Client(scheduler) as client:
        if do is None:
            return calibration.calibrate(folder=out, on=client, **given)
        result: Results = do(changed if study == "compare" else changed[0], folder=out, on=client, **given)
        return result.folder


def main(words: Sequence[str] | None = None) -> int:
    """Does what the words say; gives the exit code."""
    given = vars(_arguments().parse_args(words))
    try:
        folder = _done(given)
    except TeleworkError as wrong:
        print(wrong, file=sys.stderr)
        return _CODES.get(wrong.problems[0].kind, 1)
    except OSError as unreachable:
        print(f"error: no scheduler: {unreachable}", file=sys.stderr)
        return _CODES["cluster"]
    except KeyboardInterrupt:
        print("interrupted: finished runs are kept, the same command goes on from there", file=sys.stderr)
        return _INTERRUPTED
    print(f"Folder: {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
