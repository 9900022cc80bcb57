"""Types: the package is checked strictly, and the engine's stub says what the engine has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PYTHON = Path(__file__).resolve().parents[1]


# -P: the installed package is compared, not the sources beside it, which have no engine.
STUB = ["-P", "-m", "mypy.stubtest", "telework._engine", "--mypy-config-file", "pyproject.toml"]


@pytest.mark.parametrize("words", [["-m", "mypy"], STUB])
def test_types(words: list[str]) -> None:
    done = subprocess.run([sys.executable, *words], cwd=PYTHON, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
