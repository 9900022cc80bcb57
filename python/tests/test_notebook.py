"""The notebook of the docs runs from top to bottom, and shows what it is there to show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from conftest import ROOT


def shown(cell: Any) -> str:
    return "".join(str(one.get("text", "")) + str(one.get("data", "")) for one in cell.get("outputs", []))


def test_the_notebook_runs(home: Path) -> None:
    notebook = nbformat.read(ROOT / "docs" / "notebook.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "outputs are made, not stored"
    NotebookClient(notebook, timeout=240, resources={"metadata": {"path": str(home)}}).execute()
    text = [shown(cell) for cell in notebook.cells]
    for words in (
        "managers: telework managers",
        "did you mean `managers`",
        "data:image/svg+xml",
        "yen_per_firm",
        "verdict",
        "sd(practising_firms)",
        "gates fail",
    ):
        assert any(words in one for one in text), words
    assert not list(home.glob(".telework-*"))
