"""What the tests share: the program to compare with, small scenarios, a real Dask cluster."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import matplotlib
import pytest

import telework as tw

# No window is opened.
matplotlib.use("Agg")

ROOT = Path(__file__).resolve().parents[2]


def program() -> Path:
    """The program `telework` of the same code: TELEWORK_PROGRAM, or what cargo has built."""
    named = os.environ.get("TELEWORK_PROGRAM")
    built = [Path(named)] if named else [ROOT / "target" / kind / "telework" for kind in ("release", "debug")]
    there = sorted((path for path in built if path.exists()), key=lambda path: -path.stat().st_mtime)
    if not there:
        pytest.fail("no program to compare with: cargo build, or set TELEWORK_PROGRAM")
    return there[0]


def command(*words: object) -> None:
    """Runs the program."""
    done = subprocess.run([program(), *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def files(folder: Path | str) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    root = Path(folder)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def same(one: Path | str, other: Path | str) -> None:
    """Asserts that two folders have the same files, byte by byte."""
    a, b = files(one), files(other)
    assert a.keys() == b.keys()
    code = json.loads(a["manifest.json"])["code"], json.loads(b["manifest.json"])["code"]
    assert code[0] == code[1], f"the program and the package are of other code: {code}"
    assert [name for name in a if a[name] != b[name]] == []


def behaves(results: tw.Results) -> None:
    """Asserts that the tables of a folder behave in pandas: days are timestamps, and the key names each line once."""
    assert "kpi" in results.tables or len(results.tables) > 0
    for name in results.tables:
        table = results.table(name)
        frame = table.to_pandas()
        kinds = {str(kind) for kind in frame.dtypes}
        assert kinds <= {"int64", "float64", "bool", "object", "category", "datetime64[ms]"}, (name, kinds)
        # Objects are truth values of which some are missing, and nothing else.
        objects = frame.select_dtypes("object")
        assert all(set(objects[column].dropna()) <= {True, False} for column in objects), name
        assert table.key and not frame.duplicated(table.key).any(), (name, table.key)
        assert frame.columns.tolist() == table.columns == table.to_polars().columns
        assert f"{len(table):,} rows" in table._repr_html_()
        assert not len(table) or table.to_pandas(index=True).index.names == table.key


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test works in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def small() -> tw.Scenario:
    """Seventeen weeks of the baseline on about 6,000 firms."""
    return tw.Scenario.load("baseline").with_(run__sample=6000, run__end="2020-04-30")


@pytest.fixture(scope="session")
def medium() -> tw.Scenario:
    """The baseline to the end of fiscal 2021 on about 6,000 firms."""
    return tw.Scenario.load("baseline").with_(run__sample=6000, run__end="2022-03-31")
