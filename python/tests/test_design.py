"""Designs and models: what they give is what runs give; EMA Workbench and SALib take them as they are."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pytest
from distributed import Client, LocalCluster
from ema_workbench import MultiprocessingEvaluator, perform_experiments
from SALib import ProblemSpec

import telework as tw
from telework import _engine

SCALE = "interventions__telework_managers__scale"


@pytest.fixture(scope="module")
def base() -> tw.Scenario:
    return tw.Scenario.load("baseline").with_(run__sample=6000, run__end="2022-03-31")


def by_hand(scenario: tw.Scenario, home: Path, draws: int) -> pandas.DataFrame:
    """What a design should say of one row, from a run folder: the last observed week of each fiscal year."""
    run = tw.run(scenario, draws=draws, split=0, folder=home / "by-hand", force=True, progress=False)
    table = pandas.DataFrame.from_arrow(run.indicators).astype({"indicator": str, "segment": str})
    table = table[(table.indicator == "mic_introduction") & (table.segment == "total")].dropna()
    week = pandas.to_datetime(table.week)
    table["fiscal_year"] = week.dt.year - (week.dt.month < 4)
    value = table.sort_values("week").groupby(["replicate", "fiscal_year"]).value.last().rename("kpi")
    spent = pandas.DataFrame.from_arrow(run.interventions)
    week = pandas.to_datetime(spent.week)
    spent["fiscal_year"] = week.dt.year - (week.dt.month < 4)
    spent = spent.groupby(["replicate", "fiscal_year"]).spend_yen.sum().groupby(level=0).cumsum()
    return pandas.concat([value, spent], axis=1)


def test_a_design_says_what_runs_say(base: tw.Scenario, home: Path) -> None:
    rows = {SCALE: [1, 20.5], "parameters__peer_industry": [0.1, 0.3]}
    design = tw.design(base, rows, draws=3, chunk=2, progress=False)
    assert design.rows[1] == {"intervention.managers.scale": "20.5", "parameters.peer_industry": "0.3"}
    table = polars.DataFrame(design.table)
    assert len(table) == len(design.table) == 2 * 3 * 3
    assert table.columns[:3] == ["row", "draw", "fiscal_year"]
    for row in (0, 1):
        expected = by_hand(base.with_({name: values[row] for name, values in rows.items()}), home, 3)
        for line in table.filter(polars.col("row") == row).iter_rows(named=True):
            kpi, spent = expected.loc[(line["draw"], line["fiscal_year"])]
            assert line["mic_introduction"] == pytest.approx(kpi, rel=1e-6)
            assert line["spend_yen"] == pytest.approx(spent, rel=1e-12)


def test_tables_of_every_kind_make_the_same_design(base: tw.Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pandas.DataFrame({SCALE: [1.0, 5.0], "intervention.awards.scale": [2, 1]})
    given: list[Any] = [
        frame,
        polars.DataFrame(frame),
        pyarrow.Table.from_pandas(frame),
        frame.to_dict("records"),
        frame.to_dict("list"),
    ]
    designs = [tw.design(base, one, draws=1, progress=False) for one in given[:1]]
    # The chunks have the same names, so nothing is made again.
    monkeypatch.setattr(_engine, "compute", lambda *_, **__: pytest.fail("made again"))
    designs += [tw.design(base, one, draws=1, progress=False) for one in given[1:]]
    assert all(one.rows == designs[0].rows for one in designs)
    first = pyarrow.table(designs[0].table)
    assert all(pyarrow.table(one.table) == first for one in designs)


def test_a_design_on_a_cluster_is_the_same(base: tw.Scenario, home: Path) -> None:
    rows = {SCALE: [float(scale) for scale in range(1, 8)]}
    here = pyarrow.table(tw.design(base, rows, draws=2, chunk=3, store=home / "here", progress=False).table)
    local = LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=":0")
    with local, Client(local) as client:
        for store in (home / "there", "memory://designs"):
            there = tw.design(base, rows, draws=2, chunk=4, store=store, on=client, progress=False)
            assert pyarrow.table(there.table).combine_chunks() == here.combine_chunks()


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ([], "no rows"),
        ({"run.end": ["2021-01-01"]}, "cannot vary run.end"),
        ({"intervention.manager.scale": [1]}, "did you mean `managers`"),
        ({SCALE: [-1]}, "scale"),
    ],
)
def test_wrong_designs_are_refused_before_they_run(
    base: tw.Scenario, table: Any, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_engine, "compute", lambda *_, **__: pytest.fail("ran"))
    with pytest.raises(tw.TeleworkError, match=said):
        tw.design(base, table, progress=False)


def model(base: tw.Scenario, **how: Any) -> tw.Model:
    inputs = {SCALE: (1.0, 100.0), "parameters__peer_industry": (0.05, 0.6)}
    return tw.model(base, inputs, ["mic_introduction", "spend_yen"], draws=2, **how)


def test_a_model_is_a_function_of_its_inputs(base: tw.Scenario, home: Path) -> None:
    one = model(base)
    assert one.year == 2021
    point = one(**{SCALE: 10.0, "parameters__peer_industry": 0.2})
    expected = by_hand(base.with_({SCALE: 10.0, "parameters__peer_industry": 0.2}), home, 2)
    mean = expected.loc[[(0, 2021), (1, 2021)]].mean()
    assert point["mic_introduction"] == pytest.approx(mean.kpi, rel=1e-6)
    assert point["spend_yen"] == pytest.approx(mean.spend_yen, rel=1e-12)
    matrix = one(numpy.array([[10.0, 0.2], [50.0, 0.2]]))
    assert matrix.shape == (2, 2) and matrix[0].tolist() == list(point.values())
    assert matrix[1, 1] > matrix[0, 1], "ten times the scale costs more"
    assert pickle.loads(pickle.dumps(one))([[10.0, 0.2]]).tolist() == [list(point.values())]
    with pytest.raises(tw.UsageError, match="no input is called"):
        one(peer=1)
    with pytest.raises(tw.UsageError, match="is no outcome"):
        tw.model(base, [SCALE], ["telework"])
    with pytest.raises(tw.UsageError, match="fiscal year from 2019 to 2021"):
        tw.model(base, {SCALE: (1, 2)}, year=2030)
    with pytest.raises(tw.UsageError, match="is no range of it"):
        tw.model(base, {SCALE: (1, 1e9)})


def test_salib_takes_the_model(base: tw.Scenario) -> None:
    one = tw.model(base, {SCALE: (1.0, 100.0), "parameters__peer_industry": (0.05, 0.6)}, ["spend_yen"], draws=1)
    problem = ProblemSpec(one.problem)
    problem.sample_sobol(8, calc_second_order=False, seed=1).evaluate(one).analyze_sobol(
        calc_second_order=False, seed=1
    )
    assert problem.results.shape == (8 * 4,)
    # Money follows the scale alone.
    total = dict(zip(problem["names"], problem.analysis["ST"], strict=True))
    assert total[SCALE] > 0.9 and total["parameters__peer_industry"] < 0.05


def test_ema_workbench_takes_the_model(base: tw.Scenario) -> None:
    one = model(base)
    workbench = one.ema("telework", levers=[SCALE])
    experiments, outcomes = perform_experiments(workbench, scenarios=2, policies=2)
    assert len(experiments) == 4 and set(outcomes) == {"mic_introduction", "spend_yen"}
    for place, experiment in experiments.reset_index(drop=True).iterrows():
        again = one(**{name: experiment[name] for name in one.paths})
        assert outcomes["mic_introduction"][place] == again["mic_introduction"]
        assert outcomes["spend_yen"][place] == again["spend_yen"]


def test_ema_workbench_runs_the_model_in_processes_of_its_own(base: tw.Scenario) -> None:
    one = model(base, threads=1)
    with MultiprocessingEvaluator(one.ema(levers=[SCALE]), n_processes=2) as evaluator:
        experiments, outcomes = evaluator.perform_experiments(scenarios=2, policies=1)
    first = experiments.iloc[0]
    assert outcomes["spend_yen"][0] == one(**{name: first[name] for name in one.paths})["spend_yen"]
