"""Scenarios: a policy question as input of the simulator."""

from __future__ import annotations

import datetime
import functools
import json
import math
import os
import tomllib
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from . import _engine
from .errors import Problem, error, problems_of, setting

#: What a value of a scenario may be.
Value = bool | int | float | str | datetime.date | list[Any]


class Scenario:
    """A scenario that would run: period, scale, parameters, measures.

    Made by :meth:`load` or :meth:`from_text`, changed by :meth:`with_`; it never changes itself. The keys, with units and
    ranges, are in ``docs/scenarios.md``.
    """

    def __init__(
        self,
        name: str,
        text: str | None = None,
        changes: tuple[tuple[str, str], ...] = (),
        before: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self._source = name
        self._text = text
        # What is still to be changed in the text or file, and what was changed before the text was made.
        self._changes = changes
        self._before = before
        self._loaded = self._load([_change(path, value) for path, value in changes])

    @classmethod
    def load(cls, name: str | os.PathLike[str]) -> Scenario:
        """A scenario by its file's path, or a shipped one by name (see :func:`telework.scenarios`).

        Raises :class:`telework.ScenarioError` with all problems at once.
        """
        return cls(os.fspath(name))

    @classmethod
    def from_text(cls, text: str, name: str = "scenario") -> Scenario:
        """A scenario from TOML text; it may extend shipped scenarios."""
        return cls(name, text)

    def with_(self, changes: Mapping[str, Value] | None = None, /, **values: Value) -> Scenario:
        """The same scenario with other values.

        A keyword is a path with two underscores between its keys: ``run__end="2025-03-31"``,
        ``parameters__peer_industry=0.2``, ``intervention__managers__scale=10``. A measure is named as in the scenario or,
        where only one of a kind can still be decided, by its kind: ``interventions__telework_managers__managers=1000``. Dotted
        paths, as after ``--set``, go into the mapping: ``with_({"intervention.managers.scale": 10})``.

        Money and durations are texts with a unit, ``"250 million yen"``, ``"4 weeks"``, or numbers of yen and of weeks. Shares
        are fractions.
        """
        new = dict(self._changes)
        for key, value in {**(changes or {}), **values}.items():
            path = self.path(key)
            new[path] = written(path, value)
        return Scenario(self._source, self._text, tuple(new.items()), self._before)

    def named(self, name: str) -> Scenario:
        """The same scenario under another name, which comparisons and folders show; it still tells what was changed."""
        return Scenario(name, self.toml, before=self._told)

    def path(self, key: str) -> str:
        """The dotted path of a key of :meth:`with_`."""
        keys = key.split("." if "." in key else "__")
        if keys[0] in ("intervention", "interventions") and len(keys) > 2:
            keys = ["intervention", *self._measure(keys[1], keys[2:])]
        return ".".join(keys)

    def _measure(self, name: str, rest: list[str]) -> list[str]:
        common, kinds = _keys()
        named = {one["name"]: one for one in tomllib.loads(self.toml).get("intervention", [])}
        if name not in named and name in kinds:
            of_kind = [measure for measure, kind in self._loaded.decidable() if kind == name]
            of_kind = of_kind or [measure for measure, one in named.items() if name in one]
            if len(of_kind) > 1:
                listed = ", ".join(of_kind)
                raise error("usage", f"`{self.name}` has several measures of the kind {name}", f"name one: {listed}")
            name = of_kind[0] if of_kind else name
        kind = next((kind for kind in named.get(name, {}) if kind in kinds), None)
        if kind is not None and rest[0] not in common | {kind}:
            rest = [kind, *rest]
        return [name, *rest]

    @property
    def name(self) -> str:
        """File name without ending, such as ``baseline``."""
        return self._loaded.name

    @property
    def title(self) -> str:
        """Title for people."""
        return self._loaded.title

    @property
    def question(self) -> str:
        """The policy question it answers."""
        return self._loaded.question

    @property
    def sources(self) -> list[str]:
        """Where its figures come from."""
        return self._loaded.sources

    @property
    def changes(self) -> dict[str, str]:
        """What :meth:`with_` changed, under whatever names: paths and TOML values."""
        return dict(self._told)

    @property
    def _told(self) -> tuple[tuple[str, str], ...]:
        return tuple({**dict(self._before), **dict(self._changes)}.items())

    @property
    def is_changed(self) -> bool:
        """Whether it differs from the file or text that it is named after."""
        return bool(self._changes)

    @property
    def toml(self) -> str:
        """The whole scenario as one TOML text that stands on its own."""
        return self._loaded.toml

    @property
    def notes(self) -> tuple[Problem, ...]:
        """What is inherited, overridden or without effect (notes), and what should be looked at (warnings)."""
        return problems_of(self._loaded.notes)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Writes :attr:`toml` to a file that the program ``telework`` runs."""
        path = Path(path)
        path.write_text(self.toml, encoding="utf-8")
        return path

    def loaded(self, changes: list[tuple[str, str, str]]) -> _engine.Loaded:
        """The engine's scenario with further changes (flag, path, value) before its own, as the command line has them."""
        given = _given(changes)
        own = [_change(path, value) for path, value in self._changes if path not in given]
        return self._load([*changes, *own])

    @property
    def file(self) -> str:
        """Path, shipped name or file name, as the command line would have it."""
        return self._source if self._text is None else f"{self._source}.toml"

    def settings(self, changes: list[tuple[str, str, str]]) -> list[str]:
        """What stands behind each ``--set`` of a command line that makes some changes by flags of their own."""
        given = _given(changes)
        return [f"{path}={value}" for path, value in self._changes if path not in given]

    def _load(self, changes: list[tuple[str, str, str]]) -> _engine.Loaded:
        if self._text is None:
            return _engine.Loaded.load(self._source, changes)
        return _engine.Loaded.load_text(self._source, self._text, changes)

    def __reduce__(self) -> tuple[Any, ...]:
        return (Scenario, (self._source, self._text, self._changes, self._before))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and (self.name, self.toml) == (other.name, other.toml)

    def __hash__(self) -> int:
        return hash((self.name, self.toml))

    def __repr__(self) -> str:
        changed = "".join(f", {path}={value}" for path, value in self._told)
        return f"<Scenario {self.name}{changed}>"

    def words(self) -> list[tuple[str, str]]:
        """What would be run, in plain words: pairs of a heading and a line."""
        one = self._loaded
        firms = "all firms of Japan" if one.sample is None else f"about {one.sample:,}, weighted to stand for all"
        lines = [
            ("Question", one.question),
            ("Period", f"{one.start} to {one.end} ({one.weeks} weeks)"),
            ("Firms", firms),
            ("Replicates", f"{one.replicates} (seed {one.seed})"),
        ]
        lines += [("Changed", f"{path} = {value}") for path, value in self._told]
        lines += [("Fixed in all draws", f"{name} = {value}") for name, value in one.fixed.items()]
        for name, kind, start, end, scale, assumed in one.measures:
            times = "" if scale == 1 else f", × {scale:g}"
            effect = ", effect assumed" if assumed else ""
            lines.append(("Measures", f"{name}: {kind.replace('_', ' ')}{times}, {start} to {end}{effect}"))
        lines += [("Warning", str(note)) for note in self.notes if note.severity == "warning"]
        return lines

    def _repr_html_(self) -> str:
        rows = []
        last = None
        for heading, line in self.words():
            shown = "" if heading == last else escape(heading)
            last = heading
            rows.append(
                f'<tr><th style="text-align:left">{shown}</th><td style="text-align:left">{escape(line)}</td></tr>'
            )
        return f"<h4>{escape(self.name)}: {escape(self.title)}</h4><table>{''.join(rows)}</table>"


def _given(changes: list[tuple[str, str, str]]) -> set[str]:
    """Paths that arguments decide, whatever the scenario has there: how many firms is one question with two keys."""
    paths = {path for _, path, _ in changes}
    scale = {"run.sample", "run.whole"}
    return paths | scale if paths & scale else paths


def _change(path: str, value: str) -> tuple[str, str, str]:
    return (setting(path, value), path, value)


def _toml(value: Value) -> str:
    """A value as on the command line: TOML, or text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return repr(int(value))
    if isinstance(value, float):
        # A NumPy number is a float that writes itself otherwise.
        return repr(float(value))
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(one) if not isinstance(one, str) else json.dumps(one) for one in value) + "]"
    if isinstance(value, str):
        return value
    if hasattr(value, "item"):  # A NumPy integer.
        return _toml(value.item())
    raise error("usage", f"a scenario has no value of type {type(value).__name__}", "write a number, text, day or list")


def written(path: str, value: Value) -> str:
    """A value of a key as TOML; a number of money is yen, one of a duration weeks."""
    unit = unit_of(path)
    number = value.item() if hasattr(value, "item") else value
    if unit is not None and isinstance(number, (int, float)) and not isinstance(number, bool):
        if not math.isfinite(number):
            raise error("usage", f"{path} cannot be {number}", f"write a number of {unit}")
        return json.dumps(f"{number:.0f} {unit}" if number == round(number) else f"{number!r} {unit}")
    return _toml(value)


def unit_of(path: str) -> str | None:
    """``yen`` or ``weeks`` of a key whose values are written with their unit: money and durations, but no parameter."""
    known = described(path)
    unit = known.get("x-unit")
    return unit if unit in ("yen", "weeks") and known.get("type") != "number" else None


def described(path: str) -> dict[str, Any]:
    """What the schema says of a key by its dotted path; nothing of what it does not know."""
    keys = path.split(".")
    here: dict[str, Any] = _schema()
    if keys[0] == "intervention":
        here, keys = here["properties"]["intervention"]["items"], keys[2:]
    for key in keys:
        here = here.get("properties", {}).get(key, {})
    return here


@functools.cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(_engine.schema())
    return schema


@functools.cache
def _keys() -> tuple[frozenset[str], frozenset[str]]:
    """Keys that every measure may have, and the kinds of measures."""
    known = _schema()["properties"]["intervention"]["items"]["properties"]
    kinds = {key for key in known if key in _engine.KINDS}
    return frozenset(set(known) - kinds), frozenset(kinds)


def scenarios() -> list[str]:
    """Names of the shipped scenarios."""
    return _engine.built_in()
