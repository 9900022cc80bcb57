"""telework-sim in Python: how Japan's 3,375,255 firms take up, drop and formalise telework under policy.

The engine is the program's own, in Rust; the same scenario gives the same bytes here, there and on a cluster::

    import telework as tw

    base = tw.Scenario.load("baseline")
    push = base.with_(interventions__telework_managers__managers=1000)
    r = tw.run(push, draws=200)
    tw.compare([base, push], draws=200).kpi
"""

from ._engine import CODE, VERSION
from .calibration import calibrate
from .designs import Design, Model, design, model
from .errors import (
    ClusterError,
    DataError,
    FilesError,
    Problem,
    ScenarioError,
    TeleworkError,
    UsageError,
    VersionError,
)
from .registry import kpis, parameters
from .results import Attribution, Comparison, Results, Run, Table, Target, open_folder
from .scenario import Scenario, scenarios
from .studies import attribute, compare, run, target

__version__ = VERSION
open = open_folder

__all__ = [
    "CODE",
    "VERSION",
    "Attribution",
    "ClusterError",
    "Comparison",
    "DataError",
    "Design",
    "FilesError",
    "Model",
    "Problem",
    "Results",
    "Run",
    "Scenario",
    "ScenarioError",
    "Table",
    "Target",
    "TeleworkError",
    "UsageError",
    "VersionError",
    "attribute",
    "calibrate",
    "compare",
    "design",
    "kpis",
    "model",
    "open",
    "parameters",
    "run",
    "scenarios",
    "target",
]
