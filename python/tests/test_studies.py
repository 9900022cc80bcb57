"""Comparisons, attributions, searches and calibrations: the program's own bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars
import pytest
from distributed import Client, LocalCluster

import telework as tw
from conftest import behaves, command, files, same
from telework import cluster


def test_a_comparison_is_the_programs(home: Path) -> None:
    base = tw.Scenario.load("baseline")
    push = base.with_(interventions__telework_managers__managers=1000)
    goal = "mic_introduction>=0.5"
    both = tw.compare(
        [base.with_(run__end="2022-03-31"), push.with_(run__end="2022-03-31")],
        draws=4, sample=6000, split=3, targets=[goal], folder=home / "a", store=home / "s", progress=False,
    )  # fmt: skip
    table = polars.DataFrame(both.differences)
    assert set(table["scenario"]) == {"baseline-2"} and set(table["reference"]) == {"baseline"}
    late = table.filter(polars.col("kpi") == "mic_introduction")
    assert len(late) and set(late["pairs"]) == {4}
    behaves(both)
    assert "difference" in both.plot_differences().get_ylabel()
    assert {line.get_label() for line in both.plot().get_lines()} >= {"baseline", "baseline-2"}
    # What the program makes of files with these names.
    for scenario, name in ((base, "baseline"), (push, "baseline-2")):
        scenario.with_(run__end="2022-03-31").save(home / f"{name}.toml")
    words = ["--draws", 4, "--sample", 6000, "--split", 3, "--target", goal, "--out", home / "b", "--store", home / "s"]
    command("compare", home / "baseline.toml", home / "baseline-2.toml", *words)
    same(home / "a", home / "b")


def test_shipped_scenarios_compare_as_the_program_does(home: Path) -> None:
    how = {"draws": 3, "sample": 6000, "split": 0, "point": True, "store": home / "s", "progress": False}
    end = tw.Scenario.load("no_policy").with_(run__end="2021-06-30")
    with pytest.raises(tw.ScenarioError, match="cannot be paired: they end on"):
        tw.compare(["baseline", end], **how)  # type: ignore[arg-type]
    words = ["--draws", 3, "--sample", 6000, "--split", 0, "--point", "--store", home / "s"]
    command("compare", "baseline", "no_policy", *words, "--out", home / "b")
    tw.compare(["baseline", "no_policy"], folder=home / "a", **how)  # type: ignore[arg-type]
    same(home / "a", home / "b")


def test_an_attribution_is_the_programs(home: Path) -> None:
    scenario = tw.Scenario.load("baseline").with_(run__sample=6000, run__end="2022-04-30")
    among = ["managers", "awards"]
    a = tw.attribute(scenario, among=among, draws=3, folder=home / "a", store=home / "s", progress=False)
    assert set(polars.DataFrame(a.shares)["intervention"]) == {"managers", "awards", "package"}
    assert set(polars.DataFrame(a.interactions)["intervention_b"]) == {"awards"}
    behaves(a)
    assert {label.get_text() for label in a.plot().get_yticklabels()} >= {"managers", "awards"}
    words = ["--set", "run.sample=6000", "--set", "run.end=2022-04-30", "--store", home / "s", "--out", home / "b"]
    command("attribute", "baseline", "--among", "managers,awards", "--draws", 3, *words)
    same(home / "a", home / "b")
    with pytest.raises(tw.UsageError, match="write exact or sampled"):
        tw.attribute(scenario, method="guess", progress=False)  # type: ignore[arg-type]


def test_a_search_is_the_programs(home: Path) -> None:
    scenario = tw.Scenario.load("baseline").with_(run__sample=6000, run__end="2022-04-30")
    goal, by = "tsr_current_practice[size=large]>=0.9", "2022-03-31"
    vary = "interventions__telework_managers__scale"
    a = tw.target(scenario, goal, vary, by=by, draws=2, high=100, folder=home / "a", store=home / "s", progress=False)
    assert set(polars.DataFrame(a.values)["vary"]) == {"intervention.managers.scale"}
    behaves(a)
    assert a.plot().get_xlabel() == "intervention.managers.scale"
    words = ["--set", "run.sample=6000", "--set", "run.end=2022-04-30", "--store", home / "s", "--out", home / "b"]
    words = ["--kpi", goal, "--by", by, "--vary", "intervention.managers.scale", "--to", 100, "--draws", 2, *words]
    command("target", "baseline", *words)
    same(home / "a", home / "b")
    with pytest.raises(tw.UsageError, match="write a day"):
        tw.target(scenario, goal, vary, by="tomorrow", progress=False)


CALIBRATION = """
scenario = "hindcast"
as_of = "2020-06-30"
sample = 6000
refined_sample = 8000
draws = 20
[sampler]
design = 120
particles = 40
chains = 2
seed = 1
rounds = 1
refined_rounds = 1
new_points = 20
final_sweeps = 2
training = 120
[certificate]
held_out = false
truths = 0
truth_as_of = "2020-06-30"
truth_sample = 6000
[certificate.held_out_sampler]
design = 120
particles = 40
chains = 2
seed = 1
rounds = 1
refined_rounds = 1
new_points = 20
final_sweeps = 2
training = 120
[certificate.truth_sampler]
design = 120
particles = 40
chains = 2
seed = 1
rounds = 1
refined_rounds = 1
new_points = 20
final_sweeps = 2
training = 120
"""


def test_a_calibration_is_the_programs_on_a_cluster_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "c.toml").write_text(CALIBRATION)
    command("calibrate", home / "c.toml", "--out", home / "b")
    told: list[tuple[int, int]] = []
    how: dict[str, Any] = {
        "folder": home / "a",
        "store": home / "s",
        "progress": lambda done, all_: told.append((done, all_)),
    }
    local = LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=":0")
    with local, Client(local) as client:
        # Ctrl-C after the first chunks: they are kept.
        with monkeypatch.context() as patch:
            patch.setattr(cluster, "_LEAST", 1)
            patch.setattr(cluster, "_EACH", 0)
            with pytest.raises(KeyboardInterrupt):
                tw.calibrate(home / "c.toml", **{**how, "progress": Interrupter(home / "s")}, on=client)
        before = {path: path.stat().st_mtime_ns for path in (home / "s").glob("chunks/*/*")}
        assert before and not (home / "a").exists()
        found = tw.calibrate(home / "c.toml", **how, on=client)
        assert found.folder == home / "a"
        assert all(path.stat().st_mtime_ns == stamp for path, stamp in before.items()), "made again"
    # Two chains, each with a design of 120, 20 new points in two rounds, 40 particles on two samples, in chunks of up to 64 runs;
    # then the predictions, at up to 400 points with two truths of luck.
    fits = 2 * (-(-120 // 64) + 2 * -(-20 // 64) + 2 * -(-40 // 64))
    assert fits < len(list((home / "s").glob("chunks/*/*"))) <= fits + 2 * -(-400 // 64)
    assert told[-1][0] <= told[-1][1] == 10_000
    # Each draw tells its chain, as a folder that is opened does too.
    opened = tw.open(home / "a")
    assert isinstance(opened, tw.Posterior) and list(opened.draws) == list(found.draws)
    assert set(found.draws.column("chain")) <= {0, 1} and len(found.draws) == 20
    assert len(set(zip(found.draws.column("chain"), found.draws.column("draw"), strict=True))) == 20
    assert found.table("trace").to_pandas()["temperature"].iloc[-1] <= 1
    own = tw.run(
        tw.Scenario.load("baseline").with_(run__sample=6000, run__end="2020-04-30"),
        draws=2, split=0, data=found.install(home / "tables"), folder=home / "own", progress=False,
    )  # fmt: skip
    assert own.manifest["posterior"]["as_of"] == "2020-06-30"
    assert own.draws.head(1)[0]["peer_industry"] == found.draws[0]["peer_industry"]
    assert files(home / "a") == files(home / "b")
    with pytest.raises(tw.FilesError, match="already there"):
        tw.calibrate(home / "c.toml", folder=home / "a", progress=False)


class Interrupter:
    """Ctrl-C once a chunk is kept."""

    def __init__(self, store: Path) -> None:
        self.store = store

    def __call__(self, done: int, all_: int) -> None:
        if list(self.store.glob("chunks/*/*")):
            raise KeyboardInterrupt
