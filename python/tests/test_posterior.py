"""The posterior in hand: draws, priors, gates, ArviZ, xarray, and one's own installed."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import arviz
import numpy
import pytest

import telework as tw
from conftest import ROOT, files

SHIPPED = ROOT / "data" / "posterior"


def test_the_shipped_one_is_the_projects() -> None:
    one = tw.posterior()
    # The point stands in the table of parameters.
    assert sorted(one.tables) == sorted(path.stem for path in SHIPPED.glob("*.csv") if path.stem != "point")
    for name in one.tables:
        rows = list(csv.DictReader((SHIPPED / f"{name}.csv").open(encoding="utf-8")))
        table = one.table(name)
        assert len(table) == len(rows) and table.columns == list(rows[0] if rows else table.columns), name
    assert str(one.as_of) == one.about["as_of"] == "2021-04-30"
    gates = list(csv.DictReader((SHIPPED / "gates.csv").open(encoding="utf-8")))
    failing = sum(gate["passed"] == "false" for gate in gates)
    assert one.certificate == f"{failing} of {len(gates)} gates fail"
    assert one.certificate in repr(one) and one.certificate in one._repr_html_()
    with pytest.raises(tw.UsageError, match="predictive"):
        one.table("nothing")
    with pytest.raises(tw.FilesError, match="is no posterior"):
        tw.posterior("nowhere")


def test_draws_and_priors() -> None:
    one = tw.posterior()
    rows = list(csv.DictReader((SHIPPED / "draws.csv").open(encoding="utf-8")))
    peers = [float(row["peer_industry"]) for row in rows]
    assert one.draws.column("peer_industry") == peers
    chains = [int(row["chain"]) for row in rows]
    assert one.draws.column("chain") == chains
    # Draws are numbered within their chain.
    assert one.draws.column("draw") == [chains[:place].count(chain) for place, chain in enumerate(chains)]
    prior = {line["parameter"]: line for line in one.priors}["peer_industry"]
    known = {parameter.name: parameter for parameter in tw.parameters()}["peer_industry"]
    assert (prior["prior_mean"], prior["prior_sd"]) == (known.prior_mean, known.prior_sd)
    assert prior["posterior_mean"] == pytest.approx(numpy.mean(peers))
    assert prior["posterior_sd"] == pytest.approx(numpy.std(peers, ddof=1))


def test_arviz_and_xarray() -> None:
    one = tw.posterior()
    cube = one.to_xarray()
    assert cube.sizes == {"chain": 2, "draw": len(one.draws) // 2} and cube.attrs["as_of"] == "2021-04-30"
    peers = zip(one.draws.column("chain"), one.draws.column("peer_industry"), strict=True)
    assert cube["peer_industry"].values[0].tolist() == [value for chain, value in peers if chain == 0]
    data = one.to_arviz(prior_draws=4000, seed=1)
    assert float(arviz.summary(data, var_names=["peer_industry"], kind="stats")["mean"].iloc[0]) == pytest.approx(
        numpy.mean(one.draws.column("peer_industry")), abs=5e-4
    )
    known = {parameter.name: parameter for parameter in tw.parameters()}
    for name in ("peer_industry", "inclination_size"):
        prior = data.prior[name].to_numpy().ravel()
        parameter = known[name]
        assert prior.min() >= parameter.minimum and prior.max() <= parameter.maximum
        # The mean of a normal that is cut, in closed form; its standard error is below sd / 63: 5 of them, a false
        # alarm in two million.
        low, high = (
            (end - parameter.prior_mean) / parameter.prior_sd for end in (parameter.minimum, parameter.maximum)
        )
        density = [numpy.exp(-z * z / 2) / numpy.sqrt(2 * numpy.pi) for z in (low, high)]
        inside = 0.5 * (erf(high / 2**0.5) - erf(low / 2**0.5))
        mean = parameter.prior_mean + parameter.prior_sd * (density[0] - density[1]) / inside
        assert prior.mean() == pytest.approx(mean, abs=5 * parameter.prior_sd / 63)
    again = one.to_arviz(prior_draws=4000, seed=1)
    assert again.prior["peer_industry"].equals(data.prior["peer_industry"])
    figures = list(csv.DictReader((SHIPPED / "figures.csv").open(encoding="utf-8")))
    assert data.observed_data["published"].values.tolist() == [float(row["published"]) for row in figures]


def test_plots() -> None:
    one = tw.posterior()
    shown = one.plot()
    assert len(shown) == 6 and all(axes.get_title() in one.draws.columns for axes in shown)
    assert one.plot("peer_industry", "alarm")[1].get_title() == "alarm"
    with pytest.raises(tw.UsageError, match="no parameter of the posterior"):
        one.plot("nothing")


def erf(value: float) -> float:
    import math

    return math.erf(value)


def test_chains_of_a_folder(home: Path) -> None:
    shutil.copytree(SHIPPED, home / "own")
    rows = list(csv.reader((SHIPPED / "draws.csv").open(encoding="utf-8")))
    rows = [row[1:] for row in rows] if rows[0][0] == "chain" else rows
    place = rows[0].index("peer_industry")
    # Four chains; and older posteriors, which do not tell them.
    for chains in (4, 1):
        told = [["chain", *rows[0]], *([str(n % chains), *row] for n, row in enumerate(rows[1:]))]
        with (home / "own" / "draws.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows(told if chains > 1 else rows)
        one = tw.open(home / "own")
        assert isinstance(one, tw.Posterior)
        cube = one.to_xarray()
        assert cube.sizes == {"chain": chains, "draw": (len(rows) - 1) // chains}
        expected = [float(row[place]) for row in rows[chains::chains]]
        assert cube["peer_industry"].values[chains - 1].tolist() == expected


def test_installing_ones_own(home: Path, small: tw.Scenario) -> None:
    shutil.copytree(SHIPPED, home / "own")
    rows = list(csv.reader((SHIPPED / "draws.csv").open(encoding="utf-8")))
    kept = [rows[0], *rows[3:]]
    with (home / "own" / "draws.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(kept)
    about = home / "own" / "about.csv"
    about.write_text(about.read_text().replace(f"draws,{len(rows) - 1}\n", f"draws,{len(kept) - 1}\n"))
    # A calibration also writes what it made of each row of the surveys; notes are the user's.
    (home / "own" / "rows.csv").write_text("line,survey\n")
    (home / "own" / "notes.txt").write_text("precious")
    one = tw.posterior(home / "own")
    tables = one.install(home / "tables")
    assert (tables / "posterior" / "rows.csv").exists() and not (tables / "posterior" / "notes.txt").exists()
    run = tw.run(small, draws=2, split=0, data=tables, progress=False)
    first = dict(zip(rows[0], rows[3], strict=True))
    assert run.draws.head(1)[0]["peer_industry"] == float(first["peer_industry"])
    assert run.manifest["posterior"]["draws"] == len(kept) - 1
    with pytest.raises(tw.FilesError, match="force=True"):
        one.install(tables)
    assert one.install(tables, force=True) == tables
    (tables / "notes.txt").write_text("precious")
    with pytest.raises(tw.FilesError, match="name another folder"):
        one.install(tables, force=True)
    assert (tables / "notes.txt").read_text() == "precious"


def test_the_tables_of_the_package_are_the_projects(home: Path) -> None:
    written = files(tw.write_tables(home / "tables"))
    project = files(ROOT / "data")
    assert all(project[name] == content for name, content in written.items())
    assert set(project) - set(written) == {"README.md", "posterior/calibration.toml", "posterior/point.csv"}
