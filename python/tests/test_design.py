"""Designs and models: what they give is what runs give; EMA Workbench and SALib take them as they are."""

from __future__ import annotations

import datetime
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
        ({SCALE: [1, -1, 2]}, "row 1 of the design"),
        ({SCALE: [1, 2], "parameters.peer_industry": [0.1]}, "not of one length"),
        ([{SCALE: 1, "intervention.managers.scale": 2}], "the same column"),
    ],
)
def test_wrong_designs_are_refused_before_they_run(
    base: tw.Scenario, table: Any, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_engine, "compute", lambda *_, **__: pytest.fail("ran"))
    with pytest.raises(tw.TeleworkError, match=said):
        tw.design(base, table, progress=False)


def test_ctrl_c_keeps_single_runs_and_the_same_call_goes_on(base: tw.Scenario, home: Path) -> None:
    told: list[tuple[int, int]] = []

    def interrupt(done: int, all_: int) -> None:
        told.append((done, all_))
        if kept():
            raise KeyboardInterrupt

    def kept() -> int:
        return len([path for path in (home / "s").glob("chunks/*/*") if not path.name.startswith(".")])

    rows = {SCALE: [float(scale) for scale in range(1, 5)]}
    with pytest.raises(KeyboardInterrupt, match=r"of 8 runs are kept: the same call goes on") as said:
        tw.design(base, rows, draws=2, store=home / "s", threads=2, progress=interrupt)
    before = kept()
    # (A run under way may end after it was counted.)
    counted = int(str(said.value).split(" of 8 runs are kept")[0].split()[-1])
    assert 0 < counted <= before <= 8
    weeks = {all_ for _, all_ in told}
    # 117 weeks from 6 January 2020 to 31 March 2022 in each of the 8 runs. (Whether a run is under way whenever it is told, so that
    # some number is no multiple of 117, is up to the machine.)
    assert weeks == {8 * 117} and all(0 <= done <= all_ for done, all_ in told), "told in weeks"
    made: list[str] = []
    compute = _engine.compute
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_engine, "compute", lambda payload, **how: made.append(payload) or compute(payload, **how))
        one = tw.design(base, rows, draws=2, store=home / "s", progress=False)
    assert len(made) == 8 - before
    assert len(one.table) == 8 * 3


def test_figures_are_numbers_of_firms(base: tw.Scenario, home: Path) -> None:
    run = tw.run(base, draws=3, split=0, folder=home / "r", progress=False)
    names = [one.id for one in tw.outcomes()]
    measures = ["spend_yen[managers]", "deliveries[managers]", "firms_reached[managers]"]
    d = tw.design(base, [{SCALE: 1}], outcomes=[*names, *measures], draws=3, progress=False)
    seen = run.indicators.to_pandas().astype({"indicator": str, "segment": str})
    last = (
        seen[seen.week >= "2021-04-01"].sort_values("week").groupby(["replicate", "indicator", "segment"]).value.last()
    )
    for id_ in names:
        indicator, _, segment = id_.partition("[")
        if indicator in ("practising_firms", "teleworkers", "spend_yen", "deliveries"):
            continue
        for draw, value in enumerate(d.values(id_)[0]):
            assert value == pytest.approx(last[draw, indicator, segment.rstrip("]") or "total"], rel=1e-6), id_
    # Every indicator and segment of the runs is a figure.
    pairs = set(zip(seen.indicator, seen.segment, strict=True))
    assert {one if segment == "total" else f"{one}[{segment}]" for one, segment in pairs} <= set(names)
    # Firms of the 2021 census frame: 3,375,255 (data/population); parts add up to the whole.
    for draw in range(3):
        whole = d.values("practising_firms")[0][draw]
        assert whole == pytest.approx(3_375_255 * d.values("current_practice")[0][draw])
        for kind in ("prefecture=", "industry=", "size=", "region="):
            parts = [d.values(id_)[0][draw] for id_ in names if id_.startswith(f"practising_firms[{kind}")]
            # Shares are kept as 32-bit numbers; segments are read at months' ends, as the year's last week is.
            assert sum(parts) == pytest.approx(whole, rel=2e-3), kind
    spent = run.interventions.to_pandas()
    managers = spent[spent.intervention == "managers"].groupby("replicate")
    assert d.values("spend_yen[managers]")[0] == pytest.approx(managers.spend_yen.sum().tolist())
    assert d.values("deliveries[managers]")[0] == pytest.approx(managers.deliveries.sum().tolist())
    assert d.values("firms_reached[managers]")[0] == pytest.approx(managers.firms_reached.last().tolist())
    assert d.values("spend_yen")[0] == pytest.approx(spent.groupby("replicate").spend_yen.sum().tolist())
    for wrong, said in (
        ("practising_firms[prefecture=Tokio]", "prefecture=Tokyo"),
        ("spend_yen[nobody]", "in brackets"),
        ("x", "spend_yen"),
    ):
        with pytest.raises(tw.UsageError, match=said):
            tw.design(base, [{SCALE: 1}], outcomes=[wrong], progress=False)


def test_statistics_are_those_of_numpy(base: tw.Scenario) -> None:
    d = tw.design(base, {SCALE: [1, 50]}, draws=5, progress=False)
    texts = ["practising_firms", "mean(practising_firms)", "sd(practising_firms)", "median(practising_firms)"]
    texts += [
        "q05(practising_firms)",
        "q90(practising_firms@2020)",
        "P(mic_introduction>=0.54)",
        "P(mic_introduction<=0.54)",
    ]
    found = d.summary(texts)
    assert found.columns == ["row", "intervention.managers.scale", *texts]
    for row in (0, 1):
        firms = numpy.array(d.values("practising_firms")[row])
        shares = numpy.array(d.values("mic_introduction")[row])
        expected = [firms.mean(), firms.mean(), firms.std(ddof=1), numpy.median(firms), numpy.quantile(firms, 0.05)]
        expected += [
            numpy.quantile(d.values("practising_firms", 2020)[row], 0.9),
            (shares >= 0.54).mean(),
            (shares <= 0.54).mean(),
        ]
        assert [found[row][text] for text in texts] == pytest.approx(expected)
    line = d.differences(["practising_firms"])[0]
    pairs = numpy.subtract(*reversed(d.values("practising_firms")))
    assert (line["row"], line["pairs"], line["mean"]) == (1, 5, pytest.approx(pairs.mean()))
    assert line["mean_se"] == pytest.approx(pairs.std(ddof=1) / numpy.sqrt(5))
    assert [line["q05"], line["positive"]] == pytest.approx([numpy.quantile(pairs, 0.05), (pairs > 0).mean()])
    m = tw.model(base, {SCALE: (1, 50)}, texts, draws=5, progress=False)
    assert m(**{SCALE: 50}) == pytest.approx({text: found[1][text] for text in texts})
    each = m.each_draw([{SCALE: 50}])
    assert each.column("practising_firms") == d.values("practising_firms")[1]
    for wrong in ("sum(practising_firms)", "P(mic_introduction>half)", "practising_firms@2030", "q5(practising_firms)"):
        with pytest.raises(tw.UsageError):
            d.summary([wrong])
    with pytest.raises(tw.UsageError, match="one draw has no standard deviation"):
        tw.model(base, {SCALE: (1, 2)}, ["sd(spend_yen)"], draws=1)


def test_a_design_is_saved_and_opened(base: tw.Scenario, home: Path) -> None:
    budget = "intervention.managers.budget_per_fiscal_year"
    d = tw.design(
        base, {budget: [1e9, "2 billion yen"], "intervention.awards.active": [True, False]}, draws=2, progress=False
    )
    assert d.inputs.column(budget) == [1e9, 2e9] and d.inputs.column("intervention.awards.active") == [True, False]
    there = d.save(home / "d")
    again = tw.open(there)
    assert isinstance(again, tw.Design)
    assert again.table.to_pandas().equals(d.table.to_pandas()) and list(again.inputs) == list(d.inputs)
    assert again.summary(["sd(spend_yen)"])[0] == d.summary(["sd(spend_yen)"])[0]
    with pytest.raises(tw.FilesError, match="force=True"):
        d.save(there)
    d.save(there, force=True)
    (home / "mine").mkdir()
    (home / "mine" / "text").write_text("precious")
    with pytest.raises(tw.FilesError, match="already there"):
        d.save(home / "mine", force=True)
    numbers = bytearray((there / "figures.f64").read_bytes())
    numbers[100] ^= 1
    (there / "figures.f64").write_bytes(numbers)
    with pytest.raises(tw.FilesError, match="not what was saved"):
        tw.open(there)
    frame = d.to_pandas(index=True)
    cube = d.to_xarray()
    assert cube.sizes == {"row": 2, "draw": 2, "fiscal_year": 3} and cube[budget].values.tolist() == [1e9, 2e9]
    point = {"row": 1, "draw": 0, "fiscal_year": 2020}
    assert float(cube["spend_yen"].sel(point)) == frame.loc[(1, 0, 2020), "spend_yen"]
    assert d.to_polars().height == len(frame) == 12
    assert d.plot("spend_yen").get_xlabel() == budget
    assert d.plot("sd(spend_yen)", "intervention.awards.active").get_ylabel() == "sd(spend_yen)"
    html = d._repr_html_()
    assert "<table>" in html and "practising_firms" in html and "2 rows" in html


def test_sweeps(base: tw.Scenario) -> None:
    assert tw.grid(a=[1, 2], b=["x", "y"]) == {"a": [1, 1, 2, 2], "b": ["x", "y", "x", "y"]}
    inputs: dict[str, Any] = {
        SCALE: (1, 100),
        "intervention.managers.from": ("2021-04-05", "2021-04-14"),
        "intervention.awards.active": bool,
        "intervention.managers.selection": ["random", "inclined"],
        "run.seed": (0, 9),
    }
    cube = tw.latin_hypercube(base, inputs, 10, seed=3)
    assert cube == tw.latin_hypercube(base, inputs, 10, seed=3) != tw.latin_hypercube(base, inputs, 10, seed=4)
    # One in every tenth of each range.
    assert sorted(int((value - 1) / 9.9) for value in cube[SCALE]) == list(range(10))
    assert sorted(day.day for day in cube["intervention.managers.from"]) == list(range(5, 15))
    assert sorted(cube["run.seed"]) == list(range(10))
    assert sorted(cube["intervention.awards.active"]) == [False] * 5 + [True] * 5
    assert sorted(cube["intervention.managers.selection"]) == ["inclined"] * 5 + ["random"] * 5
    points = tw.sobol(base, {SCALE: (0, 1), "parameters.peer_industry": (0.0, 1.0)}, 16, seed=1)
    # The first 16 points of a scrambled Sobol sequence: one in each sixteenth of every axis, one in each quarter square of squares.
    assert sorted(int(16 * value) for value in points[SCALE]) == list(range(16))
    squares = {(int(4 * a), int(4 * b)) for a, b in zip(points[SCALE], points["parameters.peer_industry"], strict=True)}
    assert len(squares) == 16
    with pytest.raises(tw.UsageError, match="write points=16"):
        tw.sobol(base, [SCALE], 12)
    parts = tw.simplex(["a", "b", "c"], 9e8, 3)
    rows = list(zip(*parts.values(), strict=True))
    assert tw.simplex(["a", "b"], 4.0, 4, least=1, unit="") == {"a": [1.0, 2.0, 3.0], "b": [3.0, 2.0, 1.0]}
    # Stars and bars: (3 + 2) over 2.
    assert len(rows) == len(set(rows)) == 10
    assert all(sum(float(one.removesuffix(" yen")) for one in row) == 9e8 for row in rows)
    for wrong in (
        {"names": ["a"], "total": 1, "steps": 2},
        {"names": ["a", "b"], "total": 0, "steps": 2},
        {"names": ["a", "b"], "total": 1, "steps": 0},
        {"names": ["a", "b"], "total": 1, "steps": 3, "least": 2},
    ):
        with pytest.raises(tw.UsageError):
            tw.simplex(**wrong)


LEVERS: dict[str, Any] = {
    "intervention.managers.budget_per_fiscal_year": ("100 million yen", 5e9),
    "intervention__managers__delay": (0, "26 weeks"),
    "intervention.managers.from": ("2021-04-05", "2021-10-04"),
    "intervention.awards.active": bool,
    "intervention.managers.selection": ["random", "inclined"],
    "intervention.managers.target.prefectures": [["Tokyo"], ["Tokyo", "Osaka"]],
    "parameters__peer_industry": None,
    "run.seed": (0, 1000),
}


def test_levers_of_every_kind(base: tw.Scenario, home: Path) -> None:
    m = tw.model(base, LEVERS, ["practising_firms", "spend_yen"], draws=1, store=home / "s", progress=False)
    assert [lever.form for lever in m.levers.values()] == [
        "number",
        "number",
        "day",
        "switch",
        "choice",
        "choice",
        "number",
        "whole",
    ]
    bounds = dict(zip(m.problem["names"], m.problem["bounds"], strict=True))
    assert bounds["intervention.managers.budget_per_fiscal_year"] == [1e8, 5e9]
    assert bounds["intervention__managers__delay"] == [0, 26]
    first = bounds["intervention.managers.from"][0]
    assert datetime.date.fromordinal(int(first)) == datetime.date(2021, 4, 5)
    assert bounds["intervention.managers.selection"] == [0, 2] and bounds["intervention.awards.active"] == [0, 1]
    numbers = [2e9, 13.0, first + 28.2, 0.9, 1.7, 0.0, 0.3, 6.8]
    written = {
        "intervention.managers.budget_per_fiscal_year": "2 billion yen",
        "intervention.managers.delay": "13 weeks",
        "intervention.managers.from": datetime.date(2021, 5, 3),
        "intervention.awards.active": True,
        "intervention.managers.selection": "inclined",
        "intervention.managers.target.prefectures": ["Tokyo"],
        "parameters.peer_industry": 0.3,
        "run.seed": 7,
    }
    by_numbers = m([numbers]).tolist()[0]
    by_hand = tw.design(base.with_(written), [{}], draws=1, progress=False)
    assert by_numbers == [by_hand.values("practising_firms")[0][0], by_hand.values("spend_yen")[0][0]]
    by_words = m(**{name: written[path] for name, path in m.paths.items()})
    assert list(by_words.values()) == by_numbers
    other = m([[*numbers[:-1], 8.0]]).tolist()[0]
    assert other != by_numbers, "luck is an input"
    experiments, _ = perform_experiments(m.ema(), scenarios=2)
    assert len(experiments) == 2
    for wrong, said in (
        ({"intervention.managers.budget_per_fiscal_year": ("5 billion yen", "1 billion yen")}, "no range"),
        ({"intervention.managers.budget_per_fiscal_year": ("5 weeks", "1 billion yen")}, '"500 million yen"'),
        ({"intervention.managers.delay": (0, "5 yen")}, '"26 weeks"'),
        ({"intervention.managers.from": ("2021-04-05", "tomorrow")}, "is no day"),
        ({"intervention.managers.from": (1, 2)}, "is no day"),
        ({"intervention.awards.active": (0, 0.5)}, "on or off"),
        ({"intervention.managers.selection": ["random", "nobody"]}, "nobody"),
        ({"intervention.managers.selection": ["random"]}, "two or more"),
        ({"intervention.managers.scale": bool}, "no switch"),
        ({"intervention.managers.until": ("2019-01-01", "2022-01-01")}, "2019"),
        ({"intervention.manager.scale": (1, 2)}, "did you mean"),
        ({"run.end": ("2021-04-05", "2021-10-04")}, "cannot vary"),
        ({}, "no inputs"),
        ({SCALE: (1, 2), "intervention.managers.scale": (1, 2)}, "same input"),
    ):
        with pytest.raises(tw.TeleworkError, match=said):
            tw.model(base, wrong)


def test_every_parameter_is_an_input_and_a_column(base: tw.Scenario) -> None:
    # Also those that are weeks: parameters are plain numbers, while durations of measures are written with their unit.
    names = [f"parameters.{one.name}" for one in tw.parameters()]
    assert {one.unit for one in tw.parameters()} >= {"weeks"}
    m = tw.model(base, names, draws=1)
    assert list(m.bounds.values()) == [(one.minimum, one.maximum) for one in tw.parameters()]
    assert base.with_(parameters__concern_half_life=3.5).changes["parameters.concern_half_life"] == "3.5"


def test_all_firms_can_be_asked_for(base: tw.Scenario) -> None:
    assert model(base, whole=True).firms is None and model(base).firms == 6000 == model(base, sample=6000).firms
    with pytest.raises(tw.UsageError, match="sample"):
        model(base, whole=True, sample=6000)
    with pytest.raises(tw.UsageError, match="sample"):
        tw.design(base, [{}], whole=True, sample=6000, progress=False)


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
