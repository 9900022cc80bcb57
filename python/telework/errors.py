"""What can go wrong, as exceptions that keep place and advice.

Every exception has ``problems``: all that is wrong at once, each with its file, line and column where there is one, and
with what to write instead. ``str()`` of it is the text that the program ``telework`` prints.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

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
    """Problems as the engine gives them."""
    return tuple(Problem(*one) for one in plain)


def made(plain: Sequence[tuple[Any, ...]], text: str) -> BaseException:
    """The exception of the engine's problems; the engine calls this."""
    problems = problems_of(plain)
    worst = next((one for one in problems if one.severity == "error"), None)
    if worst is not None and worst.kind == "interrupted":
        return KeyboardInterrupt(text)
    return _CLASSES.get(worst.kind if worst else "", TeleworkError)(problems, text.rstrip())


def error(kind: str, message: str, advice: str | None = None) -> TeleworkError:
    """An exception with one problem."""
    return _CLASSES[kind]([Problem("error", kind, message, advice)])
