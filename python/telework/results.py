"""Result folders: their tables, pictures and manifest.

Every table, column and unit is described in ``docs/results.md``. Shares are fractions, money is yen, a week is named by its
Monday, a fiscal year N ends on 31 March N+1.
"""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Callable
from functools import cached_property
from html import escape
from pathlib import Path, PurePosixPath
from typing import Any

from . import _engine
from .errors import error
from .stores import Place, file_system, is_url
from .tables import Lines, Table, absolute, package


class Results:
    """A folder that a study has written, here or behind a URL.

    Tables offer the Arrow PyCapsule interface: ``pyarrow.table(r.kpi)``, ``polars.DataFrame(r.kpi)``,
    ``pandas.DataFrame.from_arrow(r.kpi)`` and DuckDB take their memory as it is, without a copy. ``r.kpi.to_pandas()``,
    ``.to_polars()``, ``.to_xarray()`` say the same in a word. Pickled, a folder travels as its absolute path or URL.
    """

    #: A picture that shows the gist, if there is one.
    _picture: str | None = None

    def __init__(self, folder: Place) -> None:
        #: Where the folder is.
        self.folder: str | Path = str(folder) if is_url(folder) else Path(folder)
        # The working folder may change.
        self._place = absolute(folder)
        self._tables: dict[str, Table] = {}
        self._fetched: tempfile.TemporaryDirectory[str] | None = None

    def file(self, name: str) -> Path:
        """A file of the folder, such as ``report.html``; fetched first when the folder is behind a URL."""
        if isinstance(self.folder, Path):
            return Path(self._place, name)
        self._fetched = self._fetched or tempfile.TemporaryDirectory(prefix="telework-")
        path = Path(self._fetched.name) / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            fs, root = file_system(self._place)
            fs.get_file(f"{root}/{name}", str(path))
        return path

    def table(self, name: str) -> Table:
        """A table by its file's name without ending, such as ``kpi``; read once."""
        if name not in self._tables:
            path = self.file(self._table_files.get(name, f"{name}.csv"))
            there = sorted({*self._table_files, *(one.stem for one in path.parent.glob("*.csv"))})
            if there and name not in there:
                raise error("usage", f"{self.folder} has no table {name}", f"write one of {', '.join(there)}")
            inner = _engine.read_table(path)
            self._tables[name] = Table(name, inner, (_table_of, (self, name)))
        return self._tables[name]

    @property
    def tables(self) -> list[str]:
        """Names of the tables that the folder has."""
        return list(self._table_files)

    @cached_property
    def _table_files(self) -> dict[str, str]:
        """The file of each table: Parquet if it is large, CSV if it is small or when that was asked for."""
        files = [str(one["file"]) for one in self.manifest.get("tables") or []]
        return {PurePosixPath(file).stem: file for file in files}

    def __reduce__(self) -> tuple[Any, ...]:
        # A folder travels as the name of its place; what was read is read again there.
        return (type(self), (self._place,))

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

    def plot(self, kpi: str = "mic_introduction", segment: str = "total", *, axes: Any = None) -> Any:
        """Draws a KPI by week, median with 50 and 90 % bands inside the model, and published figures; needs Matplotlib. Gives
        the axes.
        """
        from . import plots

        return plots.fans(self, kpi, segment, axes)

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

    @property
    def panel(self) -> Table:
        """Every firm by month, of a run with ``panel=True``; its columns are in ``docs/results.md``."""
        if "panel" not in self.tables:
            raise error("files", f"{self.folder} has no panel", "run with panel=True")
        return self.table("panel")

    def observe(self, **observers: Callable[[Any], Any]) -> Lines:
        """What functions of one's own find in the weekly tables of each replicate, a column a function.

        Each function is given a ``pandas.DataFrame`` of one replicate: a line a week, a column an indicator
        (``mic_introduction``, ``current_practice[prefecture=Tokyo]``), and ``spend_yen[managers]``,
        ``deliveries[managers]``, ``firms_reached[managers]`` of each measure. They see what was kept, and change nothing.
        """
        package("pandas")
        seen = self.indicators.to_pandas()
        seen["id"] = _ids(seen["indicator"], seen["segment"])
        did = self.interventions.to_pandas()
        kept = ("spend_yen", "deliveries", "firms_reached")
        weekly = dict(list(seen.groupby("replicate")))
        measures = dict(list(did.groupby("replicate")))
        lines = []
        for replicate, some in weekly.items():
            frame = some.pivot(index="week", columns="id", values="value")
            for name, of_measure in measures.get(replicate, did[:0]).groupby("intervention", observed=True):
                columns = of_measure.set_index("week")[list(kept)]
                frame = frame.join(columns.rename(columns={one: f"{one}[{name}]" for one in kept}))
            frame.columns.name = None
            lines.append({"replicate": int(replicate), **{name: of(frame) for name, of in observers.items()}})
        return Lines(lines, ["replicate"])


class Comparison(Answers):
    """Scenarios on the same draws, process noise and later emergencies; the first is the reference."""

    @property
    def differences(self) -> Table:
        """Paired differences of every KPI from the reference, with verdicts."""
        return self.table("differences")

    def plot_differences(self, kpi: str = "mic_introduction", segment: str = "total", *, axes: Any = None) -> Any:
        """Draws the paired differences of a KPI by fiscal year with 5 to 95 % of the pairs; needs Matplotlib. Gives the axes."""
        from . import plots

        return plots.differences(self, kpi, segment, axes)

    @property
    def acceptability(self) -> Table:
        """Probability that the effect is worth more than it costs, by price."""
        return self.table("acceptability")

    @property
    def costs(self) -> Table:
        """Yen for each additional firm and teleworker, against the reference."""
        return self.table("costs")


class Attribution(Results):
    """Who brought what."""

    def plot(
        self, kpi: str = "mic_introduction", segment: str = "total", *, year: int | None = None, axes: Any = None
    ) -> Any:
        """Draws the Shapley value of each measure in a fiscal year (the last one); needs Matplotlib. Gives the axes."""
        from . import plots

        return plots.shares(self, kpi, segment, year, axes)

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

    def plot(self, *, axes: Any = None) -> Any:
        """Draws the probability of reaching the goal over the values tried; needs Matplotlib. Gives the axes."""
        from . import plots

        return plots.target(self, axes)

    @property
    def values(self) -> Table:
        """Every value tried, with the probability of reaching the goal."""
        return self.table("target")


def _table_of(results: Results, name: str) -> Table:
    return results.table(name)


def _ids(indicators: Any, segments: Any) -> list[str]:
    return [
        str(one) if segment == "total" else f"{one}[{segment}]"
        for one, segment in zip(indicators, segments, strict=True)
    ]
