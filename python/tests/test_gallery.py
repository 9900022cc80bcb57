"""The gallery: each short study runs to its end, asserting what it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT

GALLERY = sorted((ROOT / "python" / "gallery").glob("*.py"))


def test_there_are_ten() -> None:
    assert len(GALLERY) == 10


@pytest.mark.parametrize("study", GALLERY, ids=lambda path: path.stem)
def test_a_study(study: Path, home: Path) -> None:
    done = subprocess.run([sys.executable, study], cwd=home, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip(), "it shows something"
