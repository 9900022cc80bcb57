"""How many firms practise in each region? Numbers of firms, in each draw, from a design of a single row."""

import telework as tw

base = tw.Scenario.load("baseline").with_(run__sample=6000, run__end="2022-03-31")
regions = [one.id for one in tw.outcomes() if one.id.startswith("practising_firms[region=")]
d = tw.design(base, [{"intervention.managers.scale": 1}], outcomes=regions, draws=4)

for region in regions:
    draws = d.values(region)[0]
    print(f"{region:45} {min(draws):>10,.0f} to {max(draws):>10,.0f} firms")
whole = d.values("practising_firms")[0]
assert all(abs(sum(d.values(region)[0][draw] for region in regions) / whole[draw] - 1) < 0.01 for draw in range(4))
