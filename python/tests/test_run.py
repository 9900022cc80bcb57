"""Runs: the program's own bytes, tables without copies, Ctrl-C, threads that go on."""

from __future__ import annotations

import csv
import datetime
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import duckdb
import numpy
import pandas
import polars
import pyarrow
import pyarrow.parquet
import pytest

import telework as tw
from conftest import ROOT, behaves, command, same


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tw.Run:
    home = tmp_path_factory.mktemp("run")
    scenario = tw.Scenario.load("baseline").with_(run__end="2022-03-31")
    return tw.run(scenario, sample=6000, draws=4, split=3, folder=home / "r", store=home / "s", progress=False)


def test_a_run_is_the_programs_byte_for_byte(run: tw.Run, home: Path) -> None:
    words = ["--sample", 6000, "--replicates", 4, "--split", 3, "--set", "run.end=2022-03-31"]
    command("run", "baseline", *words, "--out", home / "cli", "--store", home / "s")
    same(run.folder, home / "cli")


def test_large_tables_hold_the_same_cells_as_parquet_and_as_csv(small: tw.Scenario, home: Path) -> None:
    how: dict[str, Any] = {"draws": 2, "split": 0, "panel": True, "store": home / "s", "progress": False}
    runs = [tw.run(small, csv=as_csv, folder=home / str(as_csv), **how) for as_csv in (False, True)]
    assert runs[0].tables == runs[1].tables
    words = {"run", "indicator", "segment", "survey", "wave", "metric", "segment_type", "intervention", "kind"}
    types = {
        **dict.fromkeys(words, "string"),
        **dict.fromkeys(("week", "date"), "date32[day]"),
        **dict.fromkeys(("replicate", "respondents", "firm", "practice"), "int32"),
        **dict.fromkeys(("value", "intensity", "weight"), "float"),
        "formal": "bool",
    }
    for name in ("indicators", "surveys", "interventions", "panel"):
        typed = pyarrow.parquet.read_table(home / "False" / f"{name}.parquet")
        with (home / "True" / f"{name}.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert typed.column_names == list(rows[0]) and len(rows) > 100
        for field in typed.schema:
            assert str(field.type) == types.get(field.name, "double"), field
            for text, value in zip((row[field.name] for row in rows), typed[field.name].to_pylist(), strict=True):
                if isinstance(value, float):
                    assert (numpy.float32(text) if field.type == pyarrow.float32() else float(text)) == value
                elif isinstance(value, datetime.date):
                    assert text == value.isoformat()
                elif isinstance(value, bool):
                    assert text == str(value).lower()
                else:
                    assert text == ("" if value is None else str(value))
        first, second = (run.table(name).to_pandas() for run in runs)
        pandas.testing.assert_frame_equal(first, second, rtol=1e-7)
    behaves(runs[0])
    assert runs[0].panel.key == ["replicate", "firm", "week"]
    with pytest.raises(tw.FilesError, match="has no panel"):
        _ = tw.run(small, draws=1, split=0, folder=home / "r", progress=False).panel
    (home / "False" / "surveys.parquet").write_bytes(b"PAR1, or so it says")
    with pytest.raises(tw.FilesError, match="surveys.parquet"):
        _ = tw.open(home / "False").surveys


def test_a_folder_of_tables_is_read_anew_when_it_changes(small: tw.Scenario, home: Path) -> None:
    tables = home / "tables"
    shutil.copytree(ROOT / "data", tables)
    rows = [{"intervention.managers_fy2020.scale": 1}]

    def first(**how: Any) -> pyarrow.Table:
        return pyarrow.table(tw.design(small, rows, draws=1, store=home / "s", progress=False, **how).table)

    assert first(data=tables) == first()
    declarations = tables / "policy" / "declarations.csv"
    text = declarations.read_text()
    assert ",full,1,2020-04-16," in text
    declarations.write_text(text.replace(",full,1,2020-04-16,", ",full,1,2020-04-23,"))
    assert first(data=tables) != first()
    run = tw.run(small, draws=1, split=0, data=tables, folder=home / "r", progress=False)
    hashes = {one["file"]: one["blake3"] for one in run.manifest["data"]}
    shipped = tw.run(small, draws=1, split=0, folder=home / "shipped", progress=False).manifest["data"]
    assert [one["file"] for one in shipped if hashes[one["file"]] != one["blake3"]] == ["policy/declarations.csv"]


def test_the_same_run_is_taken_and_another_is_not_replaced(small: tw.Scenario, home: Path) -> None:
    first = tw.run(small, draws=2, split=0, progress=False)
    assert first.folder.parts[0] == "results"
    stamp = (first.folder / "manifest.json").stat().st_mtime_ns
    assert tw.run(small, draws=2, split=0, progress=False).folder == first.folder
    assert (first.folder / "manifest.json").stat().st_mtime_ns == stamp
    with pytest.raises(tw.FilesError, match="already there"):
        tw.run(small, draws=3, split=0, folder=first.folder, progress=False)
    assert len(polars.DataFrame(tw.run(small, draws=3, split=0, folder=first.folder, force=True).draws)) == 3
    (home / "mine").mkdir()
    (home / "mine" / "text").write_text("precious")
    with pytest.raises(tw.FilesError):
        tw.run(small, draws=2, folder=home / "mine", force=True, progress=False)
    assert (home / "mine" / "text").read_text() == "precious"


def test_every_table_has_the_files_values(run: tw.Run) -> None:
    for path in sorted(Path(run.folder).glob("*.csv")):
        table = pyarrow.table(run.table(path.stem))
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert table.column_names == list(rows[0]), path.name
        assert len(table) == len(rows) == len(run.table(path.stem))
        for name in table.column_names:
            told = [row[name] for row in rows[:200]]
            for text, value in zip(told, table[name][:200].to_pylist(), strict=True):
                if isinstance(value, float):
                    assert float(text) == value
                elif isinstance(value, bool):
                    assert text == str(value).lower()
                elif isinstance(value, datetime.datetime):
                    assert text == value.date().isoformat() and value.time() == datetime.time()
                else:
                    assert text == ("" if value is None else str(value))


def test_columns_have_types(run: tw.Run) -> None:
    kinds = {field.name: str(field.type) for field in pyarrow.table(run.indicators).schema}
    assert kinds["week"] == "timestamp[ms]" and kinds["replicate"] == "int64" and kinds["value"] == "double"
    assert kinds["indicator"].startswith("dictionary<values=string")
    choice = {field.name: str(field.type) for field in pyarrow.table(run.choice).schema}
    assert choice["visible"] == "bool"


def test_tables_are_handed_on_without_copying(run: tw.Run) -> None:
    table = indicators = run.indicators  # noqa: F841 - DuckDB finds it by its name
    here = pyarrow.table(table)["value"].chunk(0).buffers()[1].address
    assert pyarrow.table(table)["value"].chunk(0).buffers()[1].address == here
    # Polars and pandas give what they hold back to pyarrow: it is still the engine's memory.
    assert polars.DataFrame(table)["value"].to_arrow().buffers()[1].address == here
    frame = pyarrow.table(table).to_pandas(types_mapper=pandas.ArrowDtype)
    assert pyarrow.chunked_array(frame["value"].array.__arrow_array__()).chunk(0).buffers()[1].address == here
    # NumPy columns have no place for missing values, so this way pandas makes its own.
    frame = pandas.DataFrame.from_arrow(table)
    count, total = duckdb.sql("select count(*), sum(value) from indicators").fetchall()[0]
    assert count == len(table) and total == pytest.approx(frame["value"].sum())


def test_a_table_outlives_its_run(run: tw.Run) -> None:
    table = pyarrow.table(tw.open(run.folder).kpi)
    kpi = {(row["kpi"], row["segment"], row["fiscal_year"]): row["median"] for row in table.to_pylist()}
    assert 0 < kpi["mic_introduction", "total", 2021] < 1


def test_a_damaged_table_names_its_line(run: tw.Run, home: Path) -> None:
    text = (Path(run.folder) / "kpi.csv").read_text().replace(",4,", ",four,", 1)
    (home / "kpi.csv").write_text(text)
    (home / "manifest.json").write_bytes((Path(run.folder) / "manifest.json").read_bytes())
    with pytest.raises(tw.FilesError, match="line 2: `four` is no replicates"):
        _ = tw.open(home).kpi
    with pytest.raises(tw.FilesError, match="not a result folder"):
        tw.open(home / "nothing")


def test_a_table_that_is_not_there_names_those_that_are(run: tw.Run) -> None:
    with pytest.raises(tw.UsageError, match="has no table kpis .*choice, draws.*, kpi, "):
        run.table("kpis")


def test_tables_behave_in_frames(run: tw.Run) -> None:
    behaves(run)
    fans = run.fans.to_pandas()
    assert fans.week.min() == pandas.Timestamp("2020-01-06")
    cube = run.indicators.to_xarray()
    assert list(cube.sizes) == ["replicate", "week", "indicator", "segment"]
    last = run.indicators.to_pandas().iloc[-1]
    point = {"replicate": last.replicate, "week": last.week, "indicator": last.indicator, "segment": last.segment}
    assert float(cube["value"].sel(point)) == last.value
    assert run.kpi.head(1)[0]["as_of"] == "2020-03-30"
    axes = run.plot("tsr_current_practice", "size=large")
    assert "Current practice" in axes.get_ylabel()
    with pytest.raises(tw.UsageError, match="write one of"):
        run.plot("nothing")


def test_observers_see_what_was_kept(run: tw.Run) -> None:
    found = run.observe(
        peak=lambda weekly: weekly["current_practice"].max(),
        spent=lambda weekly: weekly["spend_yen[managers]"].sum(),
        weeks=len,
    )
    seen = run.indicators.to_pandas()
    practice = seen[(seen.indicator == "current_practice") & (seen.segment == "total")].groupby("replicate").value.max()
    spent = run.interventions.to_pandas()
    money = spent[spent.intervention == "managers"].groupby("replicate").spend_yen.sum()
    assert found.column("replicate") == [0, 1, 2, 3] and set(found.column("weeks")) == {117}
    assert found.column("peak") == practice.tolist() and found.column("spent") == pytest.approx(money.tolist())


def test_a_result_shows_its_chart(run: tw.Run) -> None:
    html = run._repr_html_()
    assert ("data:image/svg+xml;base64," in html and "gates fail" in html) or "gates hold" in html


def test_progress_is_told_and_other_threads_go_on(small: tw.Scenario, home: Path) -> None:
    told: list[tuple[int, int]] = []
    ticks, done = 0, threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not done.is_set():
            ticks += 1
            time.sleep(0.01)

    thread = threading.Thread(target=tick)
    thread.start()
    begun = time.monotonic()
    tw.run(small.with_(run__sample=60000), draws=12, split=0, progress=lambda now, all_: told.append((now, all_)))
    took = time.monotonic() - begun
    done.set()
    thread.join()
    assert told[-1][0] == told[-1][1] == 12 * 17
    assert told == sorted(told)
    assert ticks > 20 * took, f"{ticks} ticks in {took:.1f} s: the interpreter was locked"


def test_what_progress_raises_stops_the_run(home: Path) -> None:
    def stop(now: int, all_: int) -> None:
        if now:
            raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        tw.run("baseline", draws=40, split=0, folder=home / "r", progress=stop)
    assert not (home / "r").exists()


def test_ctrl_c_stops_and_the_next_try_goes_on(home: Path) -> None:
    code = (
        "import telework as tw\n"
        "tw.run('baseline', draws=60, split=0, folder='r', store='s', progress=lambda now, all_: now and print(now, flush=True))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    while not list(home.glob("s/*/*")):
        time.sleep(0.01)
    begun = time.monotonic()
    os.kill(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert time.monotonic() - begun < 5
    assert process.returncode != 0 and "KeyboardInterrupt" in said
    assert [path.name for path in home.iterdir()] == ["s"], "nothing half written"
    assert 0 < len([path for path in home.glob("s/*/*") if not path.name.startswith(".")]) < 60
