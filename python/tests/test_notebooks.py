"""The notebooks of the docs: each runs from top to bottom and shows what is stored in it.

What they print and the words of their tables are held to what is stored, so that no stored output grows stale; of pictures only that
they are there. ``TELEWORK_REWRITE=1 pytest python/tests/test_notebooks.py`` stores all of it anew.
"""

from __future__ import annotations

import html
import os
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from conftest import ROOT

NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))
REWRITE = "TELEWORK_REWRITE" in os.environ

#: What no stored output may tell: places of a machine, and of objects in its memory.
OF_A_MACHINE = re.compile(r"/(tmp|home|root|Users|work|usr|opt|var)\b|[A-Z]:\\|site-packages|\bat 0x[0-9a-f]+")
#: A notebook with its pictures, in bytes.
SMALL = 200_000


def executed(notebook: Any, home: Path) -> Any:
    """The notebook with the outputs that are worth storing: no warnings of other packages, no bars, nothing of the moment."""
    NotebookClient(notebook, timeout=600, record_timing=False, resources={"metadata": {"path": str(home)}}).execute()
    for cell in notebook.cells:
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.outputs = joined([one for one in cell.outputs if one.get("name") != "stderr"])
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def joined(outputs: list[Any]) -> list[Any]:
    """What is printed comes in pieces of any length."""
    pieces: list[Any] = []
    for one in outputs:
        if pieces and one.output_type == pieces[-1].output_type == "stream":
            pieces[-1].text += one.text
        else:
            pieces.append(one)
    return pieces


def said(cell: Any) -> list[str]:
    """The words of a cell's outputs, whatever the layout of a table; of a picture that it is one."""
    found: list[str] = []
    for one in cell.get("outputs", []):
        if one.output_type == "stream":
            found.append(one.text)
            continue
        for kind, content in sorted(one.data.items()):
            if kind == "text/html":
                found.append(html.unescape(re.sub(r"<style.*?</style>|<[^>]*>", " ", content, flags=re.DOTALL)))
            else:
                found.append(content if kind == "text/plain" else kind)
    return [" ".join(text.split()) for text in found]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_shows_what_is_stored(path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TQDM_DISABLE", "1")
    stored = nbformat.read(path, as_version=4)
    fresh = executed(nbformat.read(path, as_version=4), home)
    assert not list(home.glob(".telework-*"))
    if REWRITE:
        nbformat.write(fresh, path)
        stored = fresh
    for number, (before, now) in enumerate(zip(stored.cells, fresh.cells, strict=True)):
        assert said(before) == said(now), f"cell {number}: TELEWORK_REWRITE=1 stores it anew"
    words = [text for cell in stored.cells for text in said(cell)]
    assert "image/png" in words or path.stem in ("killed_worker", "own_survey_row"), "it has a picture"
    assert not [text for text in words if OF_A_MACHINE.search(text)]
    assert all(cell.execution_count for cell in stored.cells if cell.cell_type == "code")
    assert path.stat().st_size < SMALL


def test_the_page_names_each_notebook() -> None:
    page = (ROOT / "docs" / "notebooks" / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"\((\w+)\.ipynb\)", page)) == [path.stem for path in NOTEBOOKS]
    assert len(NOTEBOOKS) >= 10, "a gallery of ten studies"
    for path in NOTEBOOKS:
        assert nbformat.read(path, as_version=4).cells[0].source.startswith("# "), "it has a title"
