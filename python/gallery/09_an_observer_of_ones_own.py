"""A question that no table answers: in which week did practice peak in Tokyo, and how fast did it fall afterwards?"""

import telework as tw

base = tw.Scenario.load("baseline").with_(run__sample=6000, run__end="2021-03-31")
r = tw.run(base, draws=4, split=0)
tokyo = "current_practice[prefecture=Tokyo]"
found = r.observe(
    peak=lambda weekly: weekly[tokyo].dropna().idxmax().date(),
    fall=lambda weekly: weekly[tokyo].max() - weekly[tokyo].dropna().iloc[-1],
)
print(found.to_pandas())
assert len(found) == 4 and all(fall >= 0 for fall in found.column("fall"))
