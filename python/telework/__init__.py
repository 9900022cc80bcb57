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
from .designs import Design, design
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
from .inspections import Certificate, Evaluation, Verification, evaluate, forecast, report, validate, verify
from .levers import Lever
from .models import Model, model
from .opening import open_folder
from .outcome import outcomes
from .posteriors import Posterior, posterior, write_tables
from .registry import Kpi, Parameter, kpis, parameters
from .results import Attribution, Comparison, Results, Run, Target
from .scenario import Scenario, scenarios
from .studies import attribute, compare, run, target
from .sweeps import grid, latin_hypercube, simplex, sobol
from .tables import Lines, Table

__version__ = VERSION
open = open_folder

__all__ = [
    "CODE", "VERSION",
    "Attribution", "Certificate", "ClusterError", "Comparison", "DataError", "Design", "Evaluation", "FilesError", "Kpi",
    "Lever", "Lines", "Model", "Parameter", "Posterior", "Problem", "Results", "Run", "Scenario", "ScenarioError", "Table",
    "Target", "TeleworkError", "UsageError", "Verification", "VersionError",
    "attribute", "calibrate", "compare", "design", "evaluate", "forecast", "grid", "kpis", "latin_hypercube", "model",
    "open", "outcomes", "parameters", "posterior", "report", "run", "scenarios", "simplex", "sobol", "target", "validate",
    "verify", "write_tables",
]  # fmt: skip
