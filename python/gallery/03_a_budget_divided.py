"""Who should get the money? Every way to divide a billion yen between two measures in quarters."""

import telework as tw

base = tw.Scenario.load("baseline").with_(run__sample=6000, run__end="2023-03-31")
budgets = ["intervention.managers.budget_per_fiscal_year", "intervention.supportnw.budget_per_fiscal_year"]
d = tw.design(base, tw.simplex(budgets, 1e9, steps=4), draws=4)

table = d.summary(["practising_firms", "sd(practising_firms)", "spend_yen"])
print(table.to_pandas())
assert all(sum(line[budget] for budget in budgets) == 1e9 for line in table)
