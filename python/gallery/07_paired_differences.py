"""What does each size of a programme bring beyond the smallest? Paired differences inside a design, plotted."""

import matplotlib

matplotlib.use("Agg")
import telework as tw

base = tw.Scenario.load("baseline").with_(run__sample=6000, run__end="2023-03-31")
d = tw.design(base, tw.grid(intervention__managers__scale=[1, 10, 100]), draws=4)
for line in d.differences(["practising_firms", "spend_yen"]):
    print(f"row {line['row']}: {line['outcome']:20} {line['mean']:>18,.0f} ± {line['mean_se']:,.0f}")
d.plot("practising_firms").figure.savefig("scale.png")
assert all(pair >= 0 for pair in d.differences(["spend_yen"]).column("mean"))
