"""What moves the outcome most? Sobol indices of money, a parameter, a day and luck, by SALib."""

from SALib import ProblemSpec

import telework as tw

base = tw.Scenario.load("baseline").with_(run__sample=6000, run__end="2022-03-31")
inputs = {
    "intervention.managers.budget_per_fiscal_year": ("100 million yen", "5 billion yen"),
    "parameters.peer_industry": (0.05, 0.6),
    "intervention.managers.from": ("2021-04-05", "2021-11-01"),
    "run.seed": (0, 1000),
}
m = tw.model(base, inputs, ["practising_firms"], draws=1)
s = ProblemSpec(m.problem)
s.sample_sobol(4, calc_second_order=False, seed=1).evaluate(m).analyze_sobol(calc_second_order=False, seed=1)
for name, total in zip(s["names"], s.analysis["ST"], strict=True):
    print(f"{name:50} {total:.2f}")
assert s.results.shape == (4 * (len(inputs) + 2),)
