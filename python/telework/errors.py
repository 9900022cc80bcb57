"""What can go wrong, as exceptions that keep place and advice.

Every exception has ``problems``: all that is wrong at once, each with its file, line and column where there is one, and
with what to write instead. ``str()`` of it is the text that the program ``telework`` prints, in the words of Python: a
flag is the argument of that name, ``--set`` is :meth:`telework.Scenario.with_`.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from . import _engine

Severity = Literal["note", "warning", "error"]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, or worth knowing."""

    #: How bad: ``note`` and ``warning`` stop nothing.
    severity: Severity
    #: What it is about: ``usage``, ``scenario``, ``data``, ``files``, ``different``, ``cluster``.
    kind: str
    #: What is wrong, in a sentence without a full stop.
    message: str
    #: What to write instead.
    advice: str | None = None
    #: File as the user knows it, or the setting.
    file: str | None = None
    #: Line in it, from 1.
    line: int | None = None
    #: Column in characters, from 1.
    column: int | None = None

    def __str__(self) -> str:
        place = "" if self.file is None else f"{self.file}:{self.line}:{self.column}: "
        advice = "" if self.advice is None else f" ({self.advice})"
        return f"{place}{self.message}{advice}"


class TeleworkError(Exception):
    """Something that the user can put right."""

    problems: tuple[Problem, ...]

    def __init__(self, problems: Sequence[Problem], text: str | None = None) -> None:
        self.problems = tuple(problems)
        self._text = text if text is not None else "\n".join(str(problem) for problem in self.problems)
        super().__init__(self._text)

    def __str__(self) -> str:
        return self._text

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions travel from the workers of a cluster.
        return (type(self), (self.problems, self._text))


class UsageError(TeleworkError, ValueError):
    """An argument cannot be so."""


class ScenarioError(TeleworkError, ValueError):
    """The scenario is wrong; ``problems`` are all its errors and warnings."""


class DataError(TeleworkError):
    """A data table is missing or damaged."""


class FilesError(TeleworkError):
    """Reading or writing failed, or a folder is in the way."""


class VersionError(TeleworkError):
    """Another version, other code or other data tables than these."""


class ClusterError(TeleworkError):
    """The cluster failed; what it had finished is kept, and the same call goes on from there."""


_CLASSES: dict[str, type[TeleworkError]] = {
    "usage": UsageError,
    "scenario": ScenarioError,
    "data": DataError,
    "files": FilesError,
    "different": VersionError,
    "cluster": ClusterError,
}


def problems_of(plain: Sequence[tuple[Any, ...]]) -> tuple[Problem, ...]:
    """Problems as the engine gives them, in the words of Python."""
    problems = []
    for one in (Problem(*given) for given in plain):
        file = None if one.file is None else in_python(one.file)
        advice = None if one.advice is None else _of_change(file, in_python(one.advice))
        problems.append(replace(one, message=in_python(one.message), advice=advice, file=file))
    return tuple(problems)


def made(plain: Sequence[tuple[Any, ...]], text: str) -> BaseException:
    """The exception of the engine's problems; the engine calls this."""
    problems = problems_of(plain)
    worst = next((one for one in problems if one.severity == "error"), None)
    if worst is not None and worst.kind == "interrupted":
        return KeyboardInterrupt(text)
    text = in_python(text.rstrip())
    for given, one in zip(plain, problems, strict=True):
        if one.advice is not None:
            text = text.replace(in_python(Problem(*given).advice or one.advice), one.advice)
    return _CLASSES.get(worst.kind if worst else "", TeleworkError)(problems, text)


#: A flag, and the value behind it where it is no word of the sentence: a number, a date, a placeholder.
_FLAG = re.compile(r"(?<![\w-])--([a-z][a-z-]*)(?: <[^>]*>)?(?:[ =]((?:[A-Z]{2,}[.\w]*|[A-Z]\b|-?\d[\w.:,%-]*\w|\d)))?")
_SETTING = re.compile(r"(?<![\w-])--set ([\w.]+)=((?:\"[^\"]*\"|[^\s`)]+))")
_COMMAND = re.compile(r"\btelework (run|compare|attribute|target|calibrate|validate|evaluate|verify|report)\b")


#: A change of a scenario, and how advice about one writes a key beside it.
_CHANGED = re.compile(r'with_\(\{"([\w.]+)\.\w+": ')
_KEY = re.compile(r'(?<![\w`.])([a-z_]+) = ("[^"]*"|true|false|-?[\d.]*\d)')


def _of_change(file: str | None, advice: str) -> str:
    """Advice about a change as another change, where that about a file is a line of TOML."""
    found = _CHANGED.match(file or "")
    return advice if found is None else _KEY.sub(lambda one: setting(f"{found[1]}.{one[1]}", one[2]), advice)


def in_python(text: str) -> str:
    """A text about the command line as one about this package: ``draws=3`` in place of ``--draws 3``."""
    text = _SETTING.sub(lambda found: setting(found[1], found[2]), text)
    text = _FLAG.sub(lambda found: _argument(found[0], found[1], found[2]), text)
    return _COMMAND.sub(lambda found: f"tw.{found[1]}", text)


def setting(path: str, value: str) -> str:
    """How a change of a scenario is written in Python; ``value`` is TOML."""
    words = {"true": "True", "false": "False"}
    number = re.fullmatch(r"[+-]?[\d_]+(\.[\d_]+)?([eE][+-]?\d+)?", value)
    written = value if number or value[:1] in ('"', "[") or value.isupper() else json.dumps(value, ensure_ascii=False)
    return f'with_({{"{path}": {words.get(value, written)}}})'


def _argument(found: str, flag: str, value: str | None) -> str:
    name, is_switch = _flags().get(flag, (None, False))
    if name is None:
        return found
    if is_switch:
        return f"{name}=True" + ("" if value is None else f" {value}")
    if value is None:
        return name
    plain = re.fullmatch(r"-?\d+(\.\d+)?", value) or value.isupper()
    return f"{name}={value}" if plain else f'{name}="{value}"'


@functools.cache
def _flags() -> dict[str, tuple[str, bool]]:
    """The arguments by their flags, and whether each is a switch."""
    flags: dict[str, tuple[str, bool]] = {}
    for command in json.loads(_engine.arguments()).values():
        for one in command["arguments"]:
            for flag in [one["flag"], *(one["also"] or [])]:
                if flag is not None:
                    flags[flag] = (one["name"], one["type"] == "switch")
    return flags


def error(kind: str, message: str, advice: str | None = None) -> TeleworkError:
    """An exception with one problem."""
    return _CLASSES[kind]([Problem("error", kind, message, advice)])
