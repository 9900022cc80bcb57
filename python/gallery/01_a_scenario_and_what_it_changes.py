"""What would 1,000 telework managers change? A comparison in paired draws."""

import telework as tw

base = tw.Scenario.load("baseline").with_(run__sample=6000, run__end="2023-03-31")
push = base.with_(interventions__telework_managers__managers=1000).named("managers_1000")
both = tw.compare([base, push], draws=4, split=0)

table = both.differences.to_pandas()
last = table[(table.kpi == "tsr_current_practice") & (table.segment == "total") & (table.fiscal_year == 2022)]
print(last[["scenario", "difference", "low_5", "high_95", "verdict"]])
assert last.pairs.item() == 4
