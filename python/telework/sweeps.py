"""Tables for designs: grids, Latin hypercubes, Sobol points, budgets divided among measures.

Each gives a mapping of columns, as :func:`telework.design` takes it. What is random is a function of its seed.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from typing import Any

from . import _engine
from .errors import error
from .levers import Given, levers
from .scenario import Scenario
from .tables import package

Columns = dict[str, list[Any]]


def grid(**axes: Any) -> Columns:
    """Every combination of some values: ``grid(intervention__managers__scale=[1, 10], parameters__peer_industry=[0.1, 0.3])``.

    The last name varies fastest. Names that are no keywords go in as ``**{"intervention.managers.scale": [1, 10]}``.
    """
    for name, values in axes.items():
        if isinstance(values, (str, bytes)) or not hasattr(values, "__iter__"):
            raise error("usage", f"{name}={values!r} is no list of values", f"write {name}=[...]")
    rows = list(itertools.product(*(list(values) for values in axes.values())))
    return {name: [row[place] for row in rows] for place, name in enumerate(axes)}


def latin_hypercube(
    scenario: Scenario | str, inputs: Mapping[str, Given] | Sequence[str], points: int, *, seed: int = 0
) -> Columns:
    """Points of which each input's range has one in every ``points``-th part, in random order.

    ``inputs``: as of :func:`telework.model`: ranges, days, ``bool``, lists of choices.
    """
    some = _levers(scenario, inputs)
    _positive(points)
    luck = random.Random(seed)
    unit = []
    for _ in some:
        parts = [(part + luck.random()) / points for part in range(points)]
        luck.shuffle(parts)
        unit.append(parts)
    return _scaled(some, unit)


def sobol(
    scenario: Scenario | str, inputs: Mapping[str, Given] | Sequence[str], points: int, *, seed: int = 0
) -> Columns:
    """Scrambled Sobol points (needs SciPy): ``points`` should be a power of two."""
    some = _levers(scenario, inputs)
    _positive(points)
    if points & (points - 1):
        raise error("usage", f"points={points} is no power of two", f"write points={2 ** points.bit_length()}")
    package("numpy")
    engine = package("scipy.stats").qmc.Sobol(len(some), rng=seed)
    return _scaled(some, engine.random(points).T.tolist())


def simplex(names: Sequence[str], total: float, steps: int, *, least: int = 0, unit: str = "yen") -> Columns:
    """Every way to divide a total among some inputs in ``steps`` equal parts: so many yen of budgets, or of another ``unit``
    (``weeks``; ``""`` for plain numbers).

    ``least``: parts that each input has at least; a budget that pays for nothing is refused by scenarios, so write 1 for
    budgets. There are (steps - n least + n - 1) over (n - 1) rows for n inputs.
    """
    names = list(names)
    if len(names) < 2 or len(set(names)) < len(names):
        raise error("usage", "a total is divided among two or more different inputs", "name them in a list")
    _positive(steps, "steps")
    if not total > 0:
        raise error("usage", f"total={total} cannot be divided", "write a total above 0")
    if isinstance(least, bool) or not isinstance(least, int) or not 0 <= least * len(names) <= steps:
        raise error("usage", f"least={least!r}: there are {steps} parts for {len(names)} inputs", "write least=0 or 1")
    places = steps - least * len(names) + len(names) - 1
    rows = []
    for bars in itertools.combinations(range(places), len(names) - 1):
        rows.append([least + after - before - 1 for before, after in itertools.pairwise((-1, *bars, places))])

    def written(parts: int) -> Any:
        value = total * parts / steps
        return f"{value!r} {unit}" if unit else value

    return {name: [written(row[place]) for row in rows] for place, name in enumerate(names)}


def _levers(scenario: Scenario | str, inputs: Mapping[str, Given] | Sequence[str]) -> Any:
    one = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
    return levers(one, _engine.Loaded.load_text(one.name, one.toml, []), inputs)


def _scaled(some: Any, unit: Sequence[Sequence[float]]) -> Columns:
    """Points of the unit cube as values of levers."""
    columns: Columns = {}
    for lever, places in zip(some.values(), unit, strict=True):
        wide = lever.high + 1 - lever.low if lever.form in ("whole", "day") else lever.high - lever.low
        numbers = [lever.low + place * wide for place in places]
        if lever.form in ("whole", "day"):
            # Each of the whole numbers has the same share.
            numbers = [min(float(int(number)), lever.high) for number in numbers]
        columns[lever.name] = [lever.value(number) for number in numbers]
    return columns


def _positive(number: int, name: str = "points") -> None:
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise error(
            "usage", f"{name}={number!r} is no number of them", f"write {name}=8 or another whole number above 0"
        )
