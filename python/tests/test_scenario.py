"""Scenarios: loading, changing, showing; what is wrong is said with its place."""

from __future__ import annotations

import datetime
import pickle
import tomllib
from pathlib import Path

import pytest

import telework as tw
from telework.errors import in_python


def managers(scenario: tw.Scenario) -> float:
    named = {one["name"]: one for one in tomllib.loads(scenario.toml)["intervention"]}
    value: float = named["managers"]["telework_managers"]["managers"]
    return value


def test_a_measure_is_named_by_name_or_by_kind() -> None:
    base = tw.Scenario.load("baseline")
    assert managers(base) == 109
    # Three measures of this kind; only one of them is not history.
    for key in ("interventions__telework_managers__managers", "intervention__managers__managers"):
        assert managers(base.with_({key: 1000})) == 1000
    assert managers(base.with_({"intervention.managers.telework_managers.managers": 7})) == 7
    assert base.path("interventions__telework_managers__scale") == "intervention.managers.scale"
    assert managers(base) == 109, "a scenario does not change itself"


def test_an_ambiguous_kind_is_refused_with_its_names() -> None:
    with pytest.raises(tw.UsageError, match="it_subsidy, mhlw_subsidy"):
        tw.Scenario.load("all_measures").with_(interventions__subsidy__rate=0.5)


def test_values_of_every_type_are_written() -> None:
    changed = tw.Scenario.load("baseline").with_(
        run__end=datetime.date(2025, 3, 31),
        run__whole=True,
        intervention__managers__budget_per_fiscal_year="500 million yen",
        intervention__managers__target__prefectures=["Tokyo", "Osaka"],
        parameters__peer_industry=0.25,
    )
    text = tomllib.loads(changed.toml)
    assert str(text["run"]["end"]) == "2025-03-31" and text["run"]["whole"] is True
    assert text["parameters"] == {"peer_industry": 0.25}
    assert changed.changes["run.end"] == "2025-03-31"


def test_problems_keep_file_line_column_and_advice(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text('extends = "baseline"\ntitle = "t"\nquestion = "q"\n[run]\nseeed = 1\nsample = "many"\n')
    with pytest.raises(tw.ScenarioError) as raised:
        tw.Scenario.load(path)
    problems = {problem.line: problem for problem in raised.value.problems}
    assert problems[5].file == path.name and problems[5].column == 1
    assert "seed" in (problems[5].advice or ""), problems[5]
    assert problems[6].column == 10
    assert "5 | seeed = 1" in str(raised.value)
    # Exceptions of workers come home whole.
    again = pickle.loads(pickle.dumps(raised.value))
    assert again.problems == raised.value.problems and str(again) == str(raised.value)


def test_a_wrong_change_names_the_setting() -> None:
    with pytest.raises(tw.ScenarioError, match="did you mean `managers`") as raised:
        tw.Scenario.load("baseline").with_(intervention__manager__scale=2)
    assert raised.value.problems[0].file == 'with_({"intervention.manager.scale": 2})'


def test_no_such_scenario() -> None:
    with pytest.raises(tw.TeleworkError, match="no_policy"):
        tw.Scenario.load("no_polici")


def test_a_scenario_travels_and_stands_on_its_own(tmp_path: Path) -> None:
    base = tw.Scenario.load("baseline").with_(run__seed=7)
    assert pickle.loads(pickle.dumps(base)) == base
    saved = tw.Scenario.load(base.save(tmp_path / "own.toml"))
    assert saved.toml == base.toml and saved.name == "own"
    assert tw.Scenario.from_text(base.toml, "own") == saved
    assert base.named("own") == saved


def test_words_for_people() -> None:
    scenario = tw.Scenario.from_text(
        'extends = "baseline"\ntitle = "<b>x</b>"\nquestion = "Is 1 < 2?"\nsources = ["none"]\n'
    ).with_(intervention__managers__scale=10)
    html = scenario._repr_html_()
    assert "&lt;b&gt;x&lt;/b&gt;" in html and "<b>x" not in html
    assert "managers: telework managers, × 10, 2021-04-05 to 2026-03-31, effect assumed" in html
    assert "declarations: emergency declaration, 2020-01-06" in html
    assert "about 60,000, weighted to stand for all" in html


def test_a_name_does_not_hide_what_was_changed(tmp_path: Path) -> None:
    changed = tw.Scenario.load("baseline").with_(intervention__managers__scale=10).named("push")
    further = changed.with_(intervention__managers__scale=20, run__seed=7)
    for scenario, scale in ((changed, "10"), (pickle.loads(pickle.dumps(further)), "20")):
        assert scenario.changes["intervention.managers.scale"] == scale
        words = dict(scenario.words())
        assert words["Question"] == scenario.question
        card = scenario._repr_html_()
        assert "push" in card and scenario.title in card and f"intervention.managers.scale = {scale}" in card
    assert not changed.is_changed and further.is_changed
    assert further.named("x").toml == further.toml


def test_money_and_durations_are_numbers_too() -> None:
    base = tw.Scenario.load("baseline")
    text = base.with_(
        intervention__managers__budget_per_fiscal_year="500 million yen", intervention__managers__delay="26 weeks"
    )
    number = base.with_(intervention__managers__budget_per_fiscal_year=5e8, intervention__managers__delay=26)
    managers = [
        next(one for one in tomllib.loads(scenario.toml)["intervention"] if one["name"] == "managers")
        for scenario in (text, number)
    ]
    assert managers[0] == managers[1]
    assert (managers[1]["budget_per_fiscal_year"], managers[1]["delay"]) == ("500 million yen", "26 weeks")
    with pytest.raises(tw.UsageError, match="write a number of yen"):
        base.with_(intervention__managers__budget_per_fiscal_year=float("nan"))


@pytest.mark.parametrize(
    ("program", "python"),
    [
        ("write --draws 2 or more", "write draws=2 or more"),
        ("invalid value '0' for '--draws <N>'", "invalid value '0' for 'draws'"),
        ("add --force", "add force=True"),
        ("say where to search with --from X --to Y", "say where to search with low=X high=Y"),
        ("let --to be larger than --from", "let high be larger than low"),
        (
            "switch it on with --set intervention.NAME.active=true",
            'switch it on with with_({"intervention.NAME.active": True})',
        ),
        ("--set run.end=2025-03-31", 'with_({"run.end": "2025-03-31"})'),
        ("write it with telework compare", "write it with tw.compare"),
        ("a -- b, telework-sim, --nothing", "a -- b, telework-sim, --nothing"),
    ],
)
def test_advice_speaks_python(program: str, python: str) -> None:
    assert in_python(program) == python


def test_advice_about_a_change_is_a_change_and_about_a_file_is_toml() -> None:
    base = tw.Scenario.load("baseline")
    with pytest.raises(tw.ScenarioError) as wrong:
        base.with_(intervention__managers__budget_per_fiscal_year="5")
    said = 'with_({"intervention.managers.budget_per_fiscal_year": "5 yen"})'
    assert said in str(wrong.value) and said in (wrong.value.problems[0].advice or "")
    off = [one.advice for one in base.with_(intervention__managers__scale=0).notes if "scale 0" in one.message]
    assert off == ['write with_({"intervention.managers.active": False})']
    with pytest.raises(tw.ScenarioError, match='write sources = \\["where'):
        tw.Scenario.from_text('title = "x"\nquestion = "y"\n')


def test_shipped_scenarios_and_tables() -> None:
    assert "baseline" in tw.scenarios()
    for name in tw.scenarios():
        assert tw.Scenario.load(name).title
    peer = {parameter.name: parameter for parameter in tw.parameters()}["peer_industry"]
    assert peer.minimum < peer.default < peer.maximum and peer.source
    assert {kpi.id: kpi.unit for kpi in tw.kpis()}["mic_introduction"] == "share"
