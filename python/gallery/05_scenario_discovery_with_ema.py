"""Under which conditions does a policy miss its aim? Experiments by EMA Workbench, boxes by PRIM."""

from ema_workbench import perform_experiments
from ema_workbench.analysis import prim

import telework as tw

base = tw.Scenario.load("baseline").with_(run__sample=6000, run__end="2022-03-31")
lever = "intervention.awards.active"
inputs = {"parameters.peer_industry": (0.05, 0.6), "parameters.stop_base": None, lever: bool}
m = tw.model(base, inputs, ["practising_firms"], draws=1, progress=False)
experiments, outcomes = perform_experiments(m.ema(levers=[lever]), scenarios=8, policies=2)
firms = outcomes["practising_firms"]
few = firms < sorted(firms)[len(firms) // 2]
box = prim.Prim(experiments[["parameters.peer_industry", "parameters.stop_base"]], few, threshold=0.5).find_box()
print(box.peeling_trajectory[["coverage", "density"]].tail(1))
assert len(experiments) == 16
