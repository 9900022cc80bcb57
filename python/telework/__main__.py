"""``python -m telework cluster ...``: the studies of the program ``telework`` on a Dask cluster, from the terminal.

The arguments of a study are those of the program, which reads them; ``--scheduler`` and ``--chunk`` are the cluster's. A
design is this package's alone.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
from collections.abc import Sequence
from typing import Any

from . import _engine, calibration, designs, inspections, studies
from .errors import TeleworkError, error
from .results import Results
from .scenario import Scenario

#: As those of the program; 7 is the cluster's own.
_CODES = {"usage": 2, "scenario": 3, "data": 4, "files": 5, "different": 6, "cluster": 7}
_INTERRUPTED = 130
_STUDIES: dict[str, Any] = {
    "run": studies.run,
    "compare": studies.compare,
    "attribute": studies.attribute,
    "target": studies.target,
}
#: Whose runs follow from one another; where their finished chunks are kept is no argument of the program.
_FITS: dict[str, Any] = {"calibrate": calibration.calibrate, "evaluate": inspections.evaluate}


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m telework", description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(required=True, metavar="cluster")
    cluster = commands.add_parser("cluster", help="studies on a Dask cluster").add_subparsers(
        dest="study", required=True
    )
    described = json.loads(_engine.arguments())
    for study in (*_STUDIES, *_FITS):
        rest = "\n".join(_usage(one) for one in described[study]["arguments"])
        one = cluster.add_parser(
            study,
            help=described[study]["help"],
            description=f"{described[study]['help']}. The arguments of `telework {study}`:\n\n{rest}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        one.add_argument("--scheduler", required=True, metavar="ADDRESS", help="of the Dask scheduler: tcp://host:8786")
        if study in _STUDIES:
            one.add_argument(
                "--chunk", type=int, metavar="N", help="runs in a chunk; some seconds of a core by default"
            )
        else:
            one.add_argument("--store", metavar="PLACE", help="where finished chunks are kept")
    one = cluster.add_parser(
        "design",
        help="Runs a scenario under each row of a table",
        description="Runs a scenario under each row of a table, every row in the same draws, and saves the design.",
        allow_abbrev=False,
    )
    one.add_argument("scenario", help="path of a scenario file, or name of a built-in scenario")
    one.add_argument(
        "table", metavar="TABLE.csv", help="a column a path such as intervention.managers.scale, a line a row"
    )
    one.add_argument("--scheduler", required=True, metavar="ADDRESS", help="of the Dask scheduler: tcp://host:8786")
    one.add_argument("--out", required=True, metavar="DIR", help="where the design goes; tw.open reads it")
    one.add_argument("--force", action="store_true", help="replaces a saved design")
    one.add_argument("--outcomes", metavar="IDS", default="", help="more figures, with commas between them")
    one.add_argument("--draws", type=int, metavar="N", help="draws of each row")
    one.add_argument("--sample", type=int, metavar="N", help="simulates about so many firms, weighted")
    one.add_argument("--whole", action="store_true", help="simulates all firms")
    one.add_argument("--seed", type=int, metavar="S", help="seed of all draws of the dynamics")
    one.add_argument("--point", action="store_true", help="one parameter set for all draws")
    one.add_argument("--chunk", type=int, metavar="N", help="runs in a chunk; some seconds of a core by default")
    one.add_argument("--store", metavar="PLACE", help="where finished chunks are kept")
    one.add_argument("--data", metavar="DIR", help="folder of data tables in place of the package's")
    return parser


def _usage(argument: dict[str, Any]) -> str:
    name = argument["name"].upper() if argument["flag"] is None else f"--{argument['flag']}"
    return f"  {name}: {argument['help']}"


def _done(given: dict[str, Any], words: Sequence[str]) -> object:
    """The folder of a study."""
    from distributed import Client

    study, scheduler = given.pop("study"), given.pop("scheduler")
    if study == "design":
        return _design(given, words, scheduler)
    asked: dict[str, Any] = json.loads(_engine.read_words([study, *words]))
    # What is not given on the command line is left to the function.
    asked = {name: value for name, value in asked.items() if name != "command" and value not in (None, [])}
    changes = dict(change.partition("=")[::2] for change in asked.pop("set", []))
    for name in ("scenario", "scenarios"):
        if name in asked:
            names = [asked[name]] if name == "scenario" else asked[name]
            changed = [Scenario.load(one).with_(changes) for one in names]
            asked[name] = changed[0] if name == "scenario" else changed
    given = {name: value for name, value in given.items() if value is not None}
    with Client(scheduler) as client:
        if study in _FITS:
            return _FITS[study](**asked, **given, on=client).folder
        result: Results = _STUDIES[study](**asked, **given, on=client)
        return result.folder


def _design(given: dict[str, Any], words: Sequence[str], scheduler: str) -> object:
    from distributed import Client

    if words:
        raise error("usage", f"unknown arguments: {' '.join(words)}", "see --help")
    out, force, file = given.pop("out"), given.pop("force"), given.pop("table")
    ids = given.pop("outcomes")
    try:
        with open(file, encoding="utf-8", newline="") as text:
            rows = list(csv.DictReader(text, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as unreadable:
        raise error("files", f"cannot read {file}: {unreadable}") from unreadable
    given = {name: value for name, value in given.items() if value is not None}
    with Client(scheduler) as client:
        made = designs.design(table=rows, outcomes=[one for one in _ids(ids) if one], **given, on=client)
        return made.save(out, force=force)


def _ids(text: str) -> list[str]:
    """Ids with commas between them, but not those inside brackets: industries may have some."""
    return [one.strip() for one in re.split(r",(?![^\[]*\])", text)]


def main(words: Sequence[str] | None = None) -> int:
    """Does what the words say; gives the exit code."""
    known, rest = _arguments().parse_known_args(words)
    try:
        folder = _done(vars(known), rest)
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
