"""A Latin hypercube of typed inputs, kept in a folder, opened again, in xarray."""

import telework as tw

base = tw.Scenario.load("baseline").with_(run__sample=6000, run__end="2022-03-31")
inputs = {
    "intervention.managers.scale": (1, 100),
    "intervention.managers.delay": ("0 weeks", "26 weeks"),
    "intervention.managers.selection": ["random", "inclined"],
}
points = tw.latin_hypercube(base, inputs, 4, seed=1)
tw.design(base, points, draws=2).save("hypercube")

d = tw.open("hypercube")
cube = d.to_xarray()
print(cube["practising_firms"].mean("draw"))
assert cube.sizes == {"row": 4, "draw": 2, "fiscal_year": 3}
