"""Result folders: their tables, pictures and manifest.

Every table, column and unit is described in ``docs/results.md``. Shares are fractions, money is yen, a week is named by its
Monday, a fiscal year N ends on 31 March N+1.
"""

from __future__ import annotations

import base64
import json
import tempfile
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from . import _engine
from .errors import error
from .stores import Place, file_system, is_url

Table = _engine.Table


class Results:
    """A folder that a study has written, here or behind a URL.

    Tables offer the Arrow PyCapsule interface: ``pyarrow.table(r.kpi)``, ``polars.DataFrame(r.kpi)``,
    ``pandas.DataFrame.from_arrow(r.kpi)`` and DuckDB take their memory as it is, without a copy.
    """

    #: A picture that shows the gist, if there is one.
    _picture: str | None = None

    def __init__(self, folder: Place) -> None:
        #: Where the folder is.
        self.folder = str(folder) if is_url(folder) else Path(folder)
        self._tables: dict[str, Table] = {}
        self._fetched: tempfile.TemporaryDirectory[str] | None = None

    def file(self, name: str) -> Path:
        """A file of the folder, such as ``report.html``; fetched first when the folder is behind a URL."""
        if isinstance(self.folder, Path):
            return self.folder / name
        self._fetched = self._fetched or tempfile.TemporaryDirectory(prefix="telework-")
        path = Path(self._fetched.name) / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            fs, root = file_system(self.folder)
            fs.get_file(f"{root}/{name}", str(path))
        return path

    def table(self, name: str) -> Table:
        """A table by its file's name without ending, such as ``kpi``; read once."""
        if name not in self._tables:
            self._tables[name] = _engine.read_table(self.file(f"{name}.csv"))
        return self._tables[name]

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What is needed to make the tables again."""
        manifest: dict[str, Any] = json.loads(self.file("manifest.json").read_text(encoding="utf-8"))
        return manifest

    @property
    def report(self) -> Path:
        """The page: one HTML file that opens offline, in English and Japanese."""
        return self.file("report.html")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.folder}>"

    def _repr_html_(self) -> str:
        manifest = self.manifest
        lines = [f"<h4>{escape(str(manifest.get('title') or manifest['run']))}</h4>"]
        lines.append(
            f"<p><code>{escape(str(manifest['command']))}</code> → <code>{escape(str(self.folder))}</code></p>"
        )
        certificate = (manifest.get("posterior") or manifest["scenarios"][0]["posterior"])["certificate"]
        lines.append(f"<p>Posterior: certificate {escape(certificate)}</p>")
        if self._picture is not None:
            picture = base64.b64encode(self.file(self._picture).read_bytes()).decode("ascii")
            lines.append(f'<img style="max-width:100%" alt="" src="data:image/svg+xml;base64,{picture}">')
        return "".join(lines)


class Answers(Results):
    """The tables of answers that runs and comparisons have in common."""

    @property
    def kpi(self) -> Table:
        """Candidate KPIs by fiscal year: median, 5-95 % of the replicates, published figure."""
        return self.table("kpi")

    @property
    def fans(self) -> Table:
        """Quantiles of each candidate KPI by week."""
        return self.table("fans")

    @property
    def published(self) -> Table:
        """Published survey figures with a KPI's meaning."""
        return self.table("published")

    @property
    def segments(self) -> Table:
        """Current practice by prefecture, industry, size and region in each month's last week."""
        return self.table("segments")

    @property
    def fit(self) -> Table:
        """Simulated answers beside the published survey figures."""
        return self.table("fit")

    @property
    def exceedance(self) -> Table:
        """Probability that a KPI is at least a target, with Wilson's 90 % interval."""
        return self.table("exceedance")

    @property
    def reached(self) -> Table:
        """When targets are reached, and with what probability."""
        return self.table("reached")

    @property
    def split(self) -> Table:
        """What the uncertainty consists of: Sobol total effects of parameters, process noise (`luck`), emergencies, survey sampling."""
        return self.table("split")

    @property
    def spending(self) -> Table:
        """Yen, capacity, deliveries and firms reached of each measure by fiscal year."""
        return self.table("spending")

    @property
    def choice(self) -> Table:
        """Which KPI is worth choosing, and why."""
        return self.table("choice")


class Run(Answers):
    """One scenario."""

    _picture = "plots/kpi_fans.svg"

    @property
    def indicators(self) -> Table:
        """Every indicator and segment in every week of every replicate."""
        return self.table("indicators")

    @property
    def surveys(self) -> Table:
        """Each simulated survey wave in every replicate."""
        return self.table("surveys")

    @property
    def interventions(self) -> Table:
        """What each measure spent (yen), could deliver, delivered and reached, by week and replicate."""
        return self.table("interventions")

    @property
    def draws(self) -> Table:
        """The parameters of each replicate."""
        return self.table("draws")


class Comparison(Answers):
    """Scenarios on the same draws, process noise and later emergencies; the first is the reference."""

    @property
    def differences(self) -> Table:
        """Paired differences of every KPI from the reference, with verdicts."""
        return self.table("differences")

    @property
    def costs(self) -> Table:
        """Yen for each additional firm and teleworker, against the reference."""
        return self.table("costs")


class Attribution(Results):
    """Who brought what."""

    @property
    def shares(self) -> Table:
        """Shapley value, alone and left out, of each measure, by KPI and fiscal year."""
        return self.table("attribution")

    @property
    def interactions(self) -> Table:
        """What pairs of measures bring beyond their sum."""
        return self.table("interactions")


class Target(Results):
    """The smallest value that reaches a KPI."""

    @property
    def values(self) -> Table:
        """Every value tried, with the probability of reaching the goal."""
        return self.table("target")


def open_folder(folder: Place) -> Run | Comparison | Attribution | Target:
    """Opens a folder that ``telework run``, ``compare``, ``attribute`` or ``target`` has written, or a study of this package."""
    kinds: dict[str | None, type[Run] | type[Comparison] | type[Attribution] | type[Target]] = {
        None: Run,
        "comparison": Comparison,
        "attribution": Attribution,
        "target": Target,
    }
    try:
        manifest = Results(folder).manifest
    except (OSError, ValueError) as missing:
        raise error(
            "files", f"{folder} is not a result folder: {missing}", "name a folder with our manifest.json"
        ) from missing
    kind = kinds.get(manifest.get("kind"))
    if manifest.get("program") != "telework-sim" or kind is None:
        raise error("files", f"{folder} is not a result folder", "name a folder with our manifest.json")
    return kind(folder)
