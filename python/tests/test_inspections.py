"""Certificates, forecasts, folders made again and pages: the program's own."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import telework as tw
from conftest import command, files


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tw.Run:
    home = tmp_path_factory.mktemp("inspected")
    scenario = tw.Scenario.load("baseline").with_(run__sample=6000, run__end="2021-06-30")
    return tw.run(scenario, draws=3, split=0, folder=home / "r", store=home / "s", progress=False)


def test_a_folder_is_made_again(run: tw.Run) -> None:
    found = tw.verify(run, progress=False)
    assert found and found.same and "kpi.csv" in found.compared and "manifest.json" in found.compared
    kpi = Path(run.folder) / "kpi.csv"
    text = kpi.read_text()
    kpi.write_text(text.replace("0.", "0.9", 1))
    try:
        found = tw.verify(run.folder, progress=False)
        assert not found and any("kpi.csv" in one for one in found.differences)
    finally:
        kpi.write_text(text)


def test_a_page_of_several_folders(run: tw.Run, home: Path) -> None:
    push = tw.Scenario.load("baseline").with_(run__sample=6000, run__end="2021-06-30", intervention__managers__scale=9)
    other = tw.run(push.named("push"), draws=3, split=0, folder=home / "o", store=home / "s", progress=False)
    page = tw.report([run, other], out=home / "page.html")
    assert page == home / "page.html" and "push" in page.read_text(encoding="utf-8")
    command("report", run.folder, other.folder, "--out", home / "theirs.html")
    assert page.read_bytes() == (home / "theirs.html").read_bytes()
    with pytest.raises(tw.FilesError, match="force=True"):
        tw.report([run, other], out=home / "page.html")
    tw.report([run], out=home / "page.html", force=True)


def test_a_certificate_and_a_forecast(home: Path) -> None:
    words = ["forecast", 'extends = "forecast"\n[run]\nsample = 6000\nreplicates = 3\nend = 2021-06-30\n']
    (home / "short.toml").write_text(words[1])
    found = tw.validate(out=home / "a", progress=False)
    assert found.text.startswith("CERTIFICATE: ") and "CERTIFICATE" in found._repr_html_()
    command("validate", "--out", home / "b", "--forecast", home / "b.csv", "--scenario", home / "short.toml")
    lines = tw.forecast(tw.Scenario.load(home / "short.toml"), progress=False)
    theirs = list(csv.DictReader((home / "b.csv").open(encoding="utf-8")))
    assert theirs and lines.columns == list(theirs[0])
    ours = [(line["survey"], line["date"], line["quantile"], line["value"]) for line in lines]
    assert ours == [(row["survey"], row["date"], float(row["quantile"]), float(row["value"])) for row in theirs]
    assert (files(home / "a")["certificate.txt"]) == files(home / "b")["certificate.txt"]
    with pytest.raises(tw.FilesError, match="force=True"):
        tw.validate(out=home / "a", progress=False)
    assert tw.validate(tw.posterior(), out=home / "a", force=True, progress=False).folder == home / "a"


def test_an_evaluation_is_refused_as_the_program_would(home: Path) -> None:
    with pytest.raises(tw.UsageError, match="yesterday"):
        tw.evaluate(["yesterday"], progress=False)
    (home / "there").mkdir()
    with pytest.raises(tw.FilesError, match="already there"):
        tw.evaluate(["2020-07-31"], out=home / "there", progress=False)
