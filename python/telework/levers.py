"""Inputs of a model: what of a scenario may vary, in which form it is written, and as which number others know it.

SALib knows numbers alone. So money is yen, a duration weeks, a share a fraction, a day its ordinal (``date.toordinal``), on and
off 1 and 0, and a choice the place of the chosen value in the list, from 0.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from . import _engine
from .errors import UsageError, error
from .scenario import Scenario, Value, described, unit_of, written

#: The form of an input.
Form = Literal["number", "whole", "day", "switch", "choice"]

#: A range, a list of choices, or on and off.
Given = Sequence[Any] | type[bool] | None


class Lever:
    """An input of a model: a number of the scenario with its range, a day, a switch or a choice."""

    def __init__(
        self, name: str, path: str, form: Form, unit: str, low: float, high: float, choices: list[Any]
    ) -> None:
        #: As it was given.
        self.name = name
        #: Its dotted path in the scenario.
        self.path = path
        #: ``number``, ``whole`` (numbers), ``day``, ``switch`` or ``choice``.
        self.form = form
        #: Unit: ``yen``, ``weeks``, ``share`` and so on; empty when it has none.
        self.unit = unit
        #: Smallest and largest value as a number.
        self.low, self.high = low, high
        #: What there is to choose from.
        self.choices = choices

    def value(self, given: Any) -> Value:
        """The scenario's value of a number or of what a person would write."""
        if self.form == "choice":
            if given in self.choices and not isinstance(given, bool):
                return self._chosen(self.choices.index(given))
            return self._chosen(self._place(given))
        if self.form == "switch":
            return given if isinstance(given, bool) else float(given) >= 0.5
        if self.form == "day":
            if isinstance(given, (str, datetime.date)):
                return _day(self.name, given)
            return datetime.date.fromordinal(round(float(given)))
        if isinstance(given, str):
            return given
        number = float(given)
        if not math.isfinite(number):
            raise error("usage", f"{self.name}={given} is no value of it", f"write a number from {self.low:g}")
        if self.form == "whole":
            return round(number)
        return number

    def toml(self, given: Any) -> str:
        """The value as a scenario has it."""
        return written(self.path, self.value(given))

    def _place(self, given: Any) -> int:
        try:
            number = float(given)
        except (TypeError, ValueError):
            listed = ", ".join(map(repr, self.choices))
            raise error("usage", f"{self.name}={given!r} is no choice", f"write one of {listed}") from None
        # A point of a continuous range from 0 to the number of choices: each has the same share of it.
        return min(max(math.floor(number), 0), len(self.choices) - 1)

    def _chosen(self, place: int) -> Value:
        chosen: Value = self.choices[place]
        return chosen

    @property
    def bounds(self) -> tuple[float, float]:
        """The range as SALib takes it; of choices from 0 to their number, of which the whole part is the place."""
        return (self.low, self.high)

    def workbench(self) -> Any:
        """As a parameter of EMA Workbench."""
        from ema_workbench import BooleanParameter, CategoricalParameter, IntegerParameter, RealParameter

        if self.form == "switch":
            return BooleanParameter(self.name)
        if self.form == "choice":
            return CategoricalParameter(self.name, self.choices)
        if self.form in ("whole", "day"):
            return IntegerParameter(self.name, int(self.low), int(self.high))
        return RealParameter(self.name, self.low, self.high)

    def __repr__(self) -> str:
        what = ", ".join(map(repr, self.choices)) if self.choices else f"{self.low:g} to {self.high:g} {self.unit}"
        return f"<Lever {self.name}: {self.form}, {what.strip()}>"


def levers(scenario: Scenario, loaded: _engine.Loaded, inputs: Mapping[str, Given] | Sequence[str]) -> dict[str, Lever]:
    """The levers of a model, each tried at its ends in the scenario: a model that cannot be evaluated is not made."""
    if isinstance(inputs, str):
        inputs = [inputs]
    given: dict[str, Given] = dict(inputs) if isinstance(inputs, Mapping) else dict.fromkeys(inputs)
    if not given:
        raise error("usage", "the model has no inputs", "name numbers of the scenario, as in with_")
    made: dict[str, Lever] = {}
    for name, range_ in given.items():
        path = scenario.path(name)
        if clash := next((one.name for one in made.values() if one.path == path), None):
            raise error("usage", f"{clash} and {name} are the same input: {path}", "keep one of the two")
        lever = _lever(loaded, name, path, range_)
        for value in lever.choices or [lever.low, lever.high]:
            _tried(loaded, lever, value)
        made[name] = lever
    return made


def _tried(loaded: _engine.Loaded, lever: Lever, value: Any) -> None:
    toml = lever.toml(value)
    change = (f"{lever.name} = {toml}", lever.path, toml)
    _engine.Loaded.load_text(loaded.name, loaded.toml, [change])


def _lever(loaded: _engine.Loaded, name: str, path: str, given: Given) -> Lever:
    known = described(path)
    kind = known.get("type")
    if path in ("run.seed", "run.population_seed"):
        low, high = _pair(given) if _is_pair(given) else (0, 2**31 - 1)
        return _range(Lever(name, path, "whole", "", float(low), float(high), []), 0.0, 2.0**53)
    if path.startswith(("run.", "environment")) or path in ("title", "question", "sources"):
        advice = "make one model for each value of it; of run only the seeds are inputs"
        raise error("usage", f"a model cannot vary {name}", advice)
    if kind == "boolean":
        if given is not None and not isinstance(given, type) and list(given) not in ([False, True], [True, False]):
            raise error("usage", f"{name} is on or off: {given!r} is no range of it", "write bool")
        return Lever(name, path, "switch", "", 0.0, 1.0, [])
    if isinstance(given, list):
        return _choice(name, path, given)
    if given is bool:
        raise error("usage", f"{name} is no switch", "give a range (low, high) or a list of choices")
    if kind == "string" and known.get("format") == "date":
        if not _is_pair(given):
            raise error("usage", f"{name} is a day: say from when to when", 'write ("2021-10-01", "2023-04-01")')
        low_day, high_day = (_day(name, day) for day in _pair(given))
        return _range(Lever(name, path, "day", "", low_day.toordinal(), high_day.toordinal(), []), 1.0, 3e6)
    if kind == "string" and "enum" in known:
        if given is not None:
            raise error("usage", f"{name} is a choice: {given!r} is no list", f"write a list of {known['enum']}")
        return _choice(name, path, list(known["enum"]))
    if kind == "array":
        raise error("usage", f"{name} is a list: say between which", 'write [["Tokyo"], ["Tokyo", "Osaka"]]')
    low, high, unit, _, whole = loaded.number(path)
    form: Form = "whole" if whole else "number"
    if given is None:
        return _range(Lever(name, path, form, unit, low, high, []), low, high)
    if not _is_pair(given):
        raise error("usage", f"{name}: {given!r} is no range of it", "write (low, high), or a list of choices")
    ends = [_bound(loaded, name, path, end) for end in _pair(given)]
    return _range(Lever(name, path, form, unit, ends[0], ends[1], []), low, high)


def _bound(loaded: _engine.Loaded, name: str, path: str, end: Any) -> float:
    if isinstance(end, str):
        try:
            return loaded.bound(path, f"{name} =", end)
        except UsageError as wrong:
            if (unit := unit_of(path)) is None:
                raise
            written_so = {"yen": "500 million yen", "weeks": "26 weeks"}[unit]
            advice = f'write a number of {unit}, or a text with its unit such as "{written_so}"'
            raise error("usage", f"{name}: {end!r} is no value of it", advice) from wrong
    try:
        return float(end)
    except (TypeError, ValueError):
        raise error("usage", f"{name}: {end!r} is no end of a range", "write a number, or a text with a unit") from None


def _range(lever: Lever, low: float, high: float) -> Lever:
    if not low <= lever.low < lever.high <= high or lever.high > 1e300:
        message = f"{lever.name} from {lever.low:g} to {lever.high:g} is no range of it"
        within = (
            f"within {low:g} and {high:g}" if high < 1e300 else f"from {low:g} on" if low > -1e300 else "(low, high)"
        )
        raise error("usage", message, f"give a range {within}")
    return lever


def _choice(name: str, path: str, given: list[Any]) -> Lever:
    if len(given) < 2 or any(one in given[:place] for place, one in enumerate(given)):
        raise error("usage", f"{name}: {given!r} are no choices", "write a list of two or more different values")
    return Lever(name, path, "choice", "", 0.0, float(len(given)), given)


def _is_pair(given: Given) -> bool:
    return given is not None and not isinstance(given, (type, str)) and len(given) == 2


def _pair(given: Given) -> Sequence[Any]:
    assert given is not None and not isinstance(given, type)
    return given


def _day(name: str, given: Any) -> datetime.date:
    if isinstance(given, datetime.datetime):
        return given.date()
    if isinstance(given, datetime.date):
        return given
    try:
        return datetime.date.fromisoformat(given)
    except (TypeError, ValueError):
        raise error("usage", f"{name}: {given!r} is no day", "write a date such as 2021-10-01") from None
