"""The table as Markdown, with machine and versions. Verdicts and timings in, a page out."""

import os
import platform
import subprocess
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

from check import FALSE_ALARM, POWER, WINDOW, Verdict

WEEKS = 326


@dataclass(frozen=True)
class Timing:
    firms: int
    seconds: float  # fastest run
    first: float  # first run in the process, with what is done once
    megabytes: float | None  # peak of the process
    runs: int


def words(verdict: Verdict | str) -> str:
    if isinstance(verdict, str):
        return f"failed: {verdict}"
    outcome = "same curves" if verdict.passed else "failed: other curves"
    return f"{outcome} (largest t {verdict.worst:.1f}, bound {verdict.bound:.1f})"


def points(share: float) -> str:
    return f"{100 * share:.2f}"


def check_table(verdicts: dict, control_name: str, control: Verdict | str) -> list[str]:
    lines = [
        "| peer | firms | outcome | largest difference | found 9 times in 10: typical | everywhere |",
        "|---|---:|---|---:|---:|---:|",
    ]
    firms = max(firms for firms, _ in verdicts.values())
    rows = [*((name, *of) for name, of in verdicts.items()), (f"control, must fail: {control_name}", firms, control)]
    for name, firms, verdict in rows:
        figures = ["-"] * 3
        if isinstance(verdict, Verdict):
            figures = map(points, [verdict.largest, verdict.detectable, verdict.detectable_everywhere])
        lines.append(f"| {name} | {firms:,} | {words(verdict)} | {' | '.join(figures)} |")
    return lines


def time_table(timings: dict[str, Timing], engine: Timing) -> list[str]:
    lines = [
        f"### {engine.firms:,} firms",
        "",
        "| model | s a run | ns a firm-week | times as long as telework-sim | once a process, s | peak memory, MB | runs |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, t in sorted(timings.items(), key=lambda item: item[1].seconds):
        nanoseconds = t.seconds / (t.firms * WEEKS) * 1e9
        once = t.first - t.seconds
        memory = f"{t.megabytes:.0f}" if t.megabytes else "-"
        lines.append(
            f"| {name} | {t.seconds:.3g} | {nanoseconds:.3g} | {t.seconds / engine.seconds:.3g} "
            f"| {f'{once:.1f}' if once > 0.5 else '-'} | {memory} | {t.runs} |"
        )
    return [*lines, ""]


def said(*command: str) -> str:
    """First line that a command prints."""
    try:
        lines = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parent).stdout.splitlines()
    except OSError:
        lines = []
    return lines[0] if lines else "not known"


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    name = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    return f"{name}, {os.cpu_count()} cores"


def rust_version(crate: str) -> str:
    lines = (Path(__file__).parent / "rust" / "Cargo.lock").read_text().splitlines()
    return lines[lines.index(f'name = "{crate}"') + 1].split('"')[1]


def machine() -> list[str]:
    packages = ", ".join(f"{name} {version(name)}" for name in ["numpy", "numba", "polars", "mesa"])
    load = f"{os.getloadavg()[2]:.1f}" if hasattr(os, "getloadavg") else "not known"
    return [
        f"- {date.today().isoformat()}, telework-sim at {said('git', 'rev-parse', '--short', 'HEAD')}",
        f"- {processor()}, {platform.system()}; mean load of the last 15 minutes {load}, of which 1 is the comparison itself",
        f"- {said('rustc', '--version')}, ixa {rust_version('ixa')}",
        f"- Python {platform.python_version()}, {packages}",
    ]


def page(replicates: int, verdicts: dict, control_name: str, control: Verdict | str, timings: dict) -> str:
    engine = "telework-sim"
    lines = [
        "# telework-sim beside its peers",
        "",
        "Written by `benches/peers/run`; [README](README.md) says what is compared and how to read this.",
        "",
        *machine(),
        "",
        "## Time",
        "",
        f"Scenario `no_policy`, {WEEKS} weeks, one thread each; processor time; models in turn, the fastest run of each.",
        "",
    ]
    for by_name in timings.values():
        lines += time_table(by_name, by_name[engine])
    lines += [
        "## The same curves",
        "",
        f"{replicates} replicates, each peer against telework-sim in the same environments; means over {WINDOW} weeks;",
        f"chance that a right peer fails at most {FALSE_ALARM:g}; differences in percentage points, a lasting one of the size",
        f"given is found {POWER:.0%} of the time in the typical, and in the worst (curve, window).",
        "",
        *check_table(verdicts, control_name, control),
        "",
    ]
    return "\n".join(lines)
