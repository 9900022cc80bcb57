"""The functions take what the commands take: an argument that a command has and a function lacks fails here."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import pytest

import telework as tw
from telework import _engine

#: What a function says in another way: the changes of a scenario are the scenario's.
ELSEWHERE = {"set"}
#: What only a function has: where it is run, what is shown meanwhile, and second names.
OWN = {"on", "chunk", "progress", "folder", "method", "store"}
FUNCTIONS = {"run": tw.run, "compare": tw.compare, "attribute": tw.attribute, "target": tw.target,
             "calibrate": tw.calibrate, "validate": tw.validate, "evaluate": tw.evaluate, "verify": tw.verify,
             "report": tw.report}  # fmt: skip


@pytest.mark.parametrize("command", json.loads(_engine.arguments()))
def test_a_function_takes_what_its_command_takes(command: str) -> None:
    described = json.loads(_engine.arguments())[command]["arguments"]
    parameters = inspect.signature(FUNCTIONS[command]).parameters
    names = {one["name"] for one in described} - ELSEWHERE
    assert names - set(parameters) == set(), f"tw.{command} lacks what telework {command} takes"
    assert set(parameters) - names - OWN == set(), f"telework {command} lacks what tw.{command} takes"
    for one in described:
        if one["default"] is not None:
            assert str(parameters[one["name"]].default) == one["default"], one["name"]


def test_a_request_is_refused_as_the_command_line_would(small: tw.Scenario) -> None:
    for wrong, said in (
        ({"whole": True, "sample": 5}, "sample"),
        ({"draws": 0}, "0"),
        ({"draws": 10_001}, "10001"),
        ({"folder": "a", "out": "b"}, "one argument"),
    ):
        with pytest.raises(tw.UsageError, match=said):
            tw.run(small, progress=False, **wrong)  # type: ignore[arg-type]
    with pytest.raises(tw.UsageError, match="takes no `among`"):
        _engine.changes(json.dumps({"command": "run", "scenario": "baseline", "among": ["managers"]}))


def test_too_little_is_refused_before_anything_runs(small: tw.Scenario, home: Path) -> None:
    for wrong in ([small], [], small, "baseline"):
        with pytest.raises(tw.UsageError, match="two scenarios or more"):
            tw.compare(wrong, progress=False)  # type: ignore[arg-type]
    for draws in (0, -1, 10_001, 1.5, True):
        with pytest.raises(tw.UsageError, match="draws="):
            tw.design(small, [{"intervention.managers.scale": 1}], draws=draws, progress=False)  # type: ignore[arg-type]
        with pytest.raises(tw.UsageError, match="draws="):
            tw.model(small, {"intervention.managers.scale": (1, 2)}, draws=draws)  # type: ignore[arg-type]
    with pytest.raises(tw.UsageError, match="chunk="):
        tw.design(small, [{"intervention.managers.scale": 1}], chunk=0, progress=False)
    assert not list(home.iterdir())


def test_second_names_mean_the_same(small: tw.Scenario, home: Path) -> None:
    first = tw.run(small, draws=1, split=0, out=home / "r", store=home / "s", progress=False)
    assert tw.run(small, draws=1, split=0, folder=home / "r", progress=False).folder == first.folder
