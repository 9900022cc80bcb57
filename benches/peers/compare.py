"""The comparison: exports the world, checks every peer's curves, times those that pass, writes the table.

`compare.py PROGRAM WORK [--quick] [--out FILE]`, as `benches/peers/run` calls it. PROGRAM is the built `telework-peers`,
WORK a folder for exported data.
"""

import argparse
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import report
from check import Verdict, check
from processes import Failed, Process

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Plan:
    small: int  # firms; about one for each of the 5,989 kinds of firm, the smallest weighted sample
    large: int  # firms; the default sample
    replicates: int  # of the check
    rounds: dict[int, int]  # firms -> timed runs of each model
    slow_rounds: int  # of Mesa at the large sample
    # Change of the control, a peer that is wrong on purpose. When it passes, the check sees nothing.
    control: str


# Weekly hazard to stop 5 % too high.
FULL = Plan(6000, 60_000, 32, {6000: 7, 60_000: 7}, 1, "stop_base=0.05")
# Few replicates find only gross errors: four times too high.
QUICK = Plan(6000, 6000, 7, {6000: 2}, 2, "stop_base=1.4")

ENGINE, ALONE = "telework-sim", "telework-sim, nothing observed"
PEERS = {"NumPy": "numpy", "Numba": "numba", "Polars": "polars", "Mesa": "mesa", "ixa": "ixa"}
# One Python object a firm: checked on the small sample only.
SLOW = "Mesa"
CONTROL = "NumPy"


class Models:
    """Processes by name and number of firms, started when first needed."""

    def __init__(self, program: Path, work: Path, replicates: int):
        self.program, self.work, self.replicates = str(program), work, replicates
        self.started: dict[tuple, Process] = {}
        self.exported: set[int] = set()

    def world(self, firms: int) -> Path:
        """Exported anew in each comparison."""
        folder = self.work / str(firms)
        if firms not in self.exported:
            subprocess.run([self.program, "export", str(firms), str(self.replicates), str(folder)], check=True)
            self.exported.add(firms)
        return folder

    def get(self, name: str, firms: int, *changes: str) -> Process:
        key = (name, firms, *changes)
        if key not in self.started:
            self.started[key] = Process(self.command(name, firms, changes))
        return self.started[key]

    def command(self, name: str, firms: int, changes: tuple[str, ...]) -> list[str]:
        if name == ENGINE:
            return [self.program, "engine", str(firms)]
        if name == ALONE:
            return [self.program, "engine-alone", str(firms)]
        if name == "ixa":
            return [self.program, "ixa", str(firms), str(self.replicates)]
        return [sys.executable, str(HERE / "serve.py"), PEERS[name], str(self.world(firms)), *changes]

    def curves(self, name: str, firms: int, *changes: str) -> np.ndarray:
        """All replicates of the check: (replicate, week, curve)."""
        process = self.get(name, firms, *changes)
        return np.stack([process.run(replicate).curves for replicate in range(self.replicates)])

    def close(self) -> None:
        for process in self.started.values():
            process.close()


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def verdict(models: Models, name: str, firms: int, engine: np.ndarray, *changes: str) -> Verdict | str:
    """Of a peer; in words when it could not run, or does not repeat itself."""
    try:
        curves = models.curves(name, firms, *changes)
        again = models.get(name, firms, *changes).run(0).curves
    except Failed as failed:
        return str(failed)
    if curves.shape != engine.shape:
        return f"curves of shape {curves.shape} instead of {engine.shape}"
    if not np.array_equal(curves[0], again):
        return "another run with the same seed gives other curves"
    return check(curves, engine)


def checks(models: Models, plan: Plan) -> tuple[dict, Verdict | str]:
    """Verdicts by peer, each with its number of firms, and that on the control."""
    samples = sorted({plan.small, plan.large})
    say(f"checking: {plan.replicates} replicates of telework-sim, {' and '.join(map(str, samples))} firms")
    engine = {firms: models.curves(ENGINE, firms) for firms in samples}
    verdicts = {}
    for name in PEERS:
        firms = plan.small if name == SLOW else plan.large
        verdicts[name] = firms, verdict(models, name, firms, engine[firms])
        say(f"checking: {name}, {firms} firms: {report.words(verdicts[name][1])}")
    control = verdict(models, CONTROL, plan.large, engine[plan.large], plan.control)
    say(f"checking: {CONTROL} with {plan.control} added, which must fail: {report.words(control)}")
    return verdicts, control


def times(models: Models, names: list[str], firms: int, rounds: int, slow_rounds: int) -> dict[str, report.Timing]:
    """Models in turn, round by round, so that all meet about the same load from elsewhere."""
    processes = {name: models.get(name, firms) for name in [ENGINE, ALONE, *names]}
    runs = {name: [] for name in processes}
    for number in range(rounds):
        say(f"timing: {firms} firms, round {number + 1} of {rounds}")
        for name, process in processes.items():
            if name != SLOW or number < slow_rounds:
                runs[name].append(process.run(number % models.replicates))
    return {
        name: report.Timing(firms, min(run.seconds for run in of), processes[name].first, of[-1].megabytes, len(of))
        for name, of in runs.items()
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="benches/peers/run", description="Compares telework-sim with its peers.")
    parser.add_argument("program", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--quick", action="store_true", help="the whole path in about a minute: few firms, few runs")
    parser.add_argument("--out", type=Path, help="write the table here too")
    arguments = parser.parse_args()
    plan = QUICK if arguments.quick else FULL
    models = Models(arguments.program, arguments.work, plan.replicates)
    try:
        verdicts, control = checks(models, plan)
        passed = [name for name, (_, v) in verdicts.items() if isinstance(v, Verdict) and v.passed]
        timings = {
            firms: times(models, passed, firms, rounds, rounds if firms == plan.small else plan.slow_rounds)
            for firms, rounds in plan.rounds.items()
        }
    except Failed as failed:
        say(f"stopped: {failed}")
        return 1
    finally:
        models.close()
    text = report.page(plan.replicates, verdicts, f"{CONTROL} with {plan.control} added", control, timings)
    print(text)
    if arguments.out:
        arguments.out.write_text(text)
    seen = isinstance(control, Verdict) and not control.passed
    return 0 if seen and len(passed) == len(PEERS) else 1


if __name__ == "__main__":
    sys.exit(main())
