"""Who should get the money? Every way to divide two billion yen between two measures in fifths."""

import telework as tw

base = tw.Scenario.load("baseline").with_(run__sample=6000, run__end="2023-03-31")
budgets = ["intervention.managers.budget_per_fiscal_year", "intervention.supportnw.budget_per_fiscal_year"]
d = tw.design(base, tw.simplex(budgets, 2e9, steps=5, least=1), draws=2)

table = d.summary(["practising_firms", "sd(practising_firms)", "spend_yen"])
print(table.to_pandas())
assert all(sum(line[budget] for budget in budgets) == 2e9 for line in table)
