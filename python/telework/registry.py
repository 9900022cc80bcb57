"""What is measured and what is assumed: the candidate KPIs and the model's parameters, with units and sources."""

from __future__ import annotations

from dataclasses import dataclass

from . import _engine


@dataclass(frozen=True)
class Kpi:
    """A candidate KPI."""

    #: Id with its segment, such as ``tsr_current_practice[size=large]``.
    id: str
    #: Name for people.
    name: str
    #: Unit; shares are fractions.
    unit: str
    #: Who is counted.
    frame: str


@dataclass(frozen=True)
class Parameter:
    """A parameter of the model, as ``docs/model.md`` has it."""

    name: str
    #: What it means.
    meaning: str
    unit: str
    #: Smallest and largest allowed value.
    minimum: float
    maximum: float
    #: The point that ``point=True`` uses.
    default: float
    #: Mean and standard deviation of the normal prior, before it is cut at the range.
    prior_mean: float
    prior_sd: float
    #: ``estimated`` from surveys, or ``assumed``.
    evidence: str
    #: Where it comes from.
    source: str


def kpis() -> list[Kpi]:
    """The candidate KPIs."""
    return [Kpi(*one) for one in _engine.kpis()]


def parameters() -> list[Parameter]:
    """The model's parameters."""
    return [Parameter(**one) for one in _engine.parameters()]
