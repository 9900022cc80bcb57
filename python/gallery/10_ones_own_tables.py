"""A survey row of one's own: the tables in a folder, a figure added, and what runs from it say of the posterior."""

from pathlib import Path

import telework as tw

tables = tw.write_tables("tables")
surveys = tables / "observations" / "surveys.csv"
lines = surveys.read_text(encoding="utf-8").splitlines(keepends=True)
own = next(line for line in lines if line.startswith("tsr_practice,wave 14,")).replace("wave 14", "my own wave")
surveys.write_text("".join([*lines, own]), encoding="utf-8")
counted = Path(tables, "tables.csv")
rows = len(lines) - 1
text = counted.read_text(encoding="utf-8")
assert f"observations/surveys.csv,{rows}" in text
counted.write_text(
    text.replace(f"observations/surveys.csv,{rows}", f"observations/surveys.csv,{rows + 1}"), encoding="utf-8"
)

base = tw.Scenario.load("baseline").with_(run__sample=6000, run__end="2020-12-31")
r = tw.run(base, draws=2, split=0, data=tables)
print(r.manifest["posterior"]["certificate"])
shipped = tw.run(base, draws=2, split=0).manifest["posterior"]["failing_gates"]
assert len(r.manifest["posterior"]["failing_gates"]) == len(shipped) + 1
