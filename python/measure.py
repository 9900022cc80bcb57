"""Measures what docs/cluster.md says of chunks and workers, on this machine: ``python measure.py [ROUNDS]``.

Real processes on the loopback: a scheduler, and one or two workers of one thread. Each round measures every work once, in
turns; the table has medians and the spread from least to most. Nothing here enters a result.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).parent / "tests"))

import telework as tw
from dask_cluster import Cluster
from telework import _engine, cluster, studies

Figures = dict[str, float]


def work_units(scenario: tw.Scenario, draws: int, chunk: int, home: Path) -> list[_engine.WorkUnit]:
    given = {"scenario": scenario, "draws": draws, "split": 0, "out": home / "never", "store": home / "store"}
    ready, loaded = studies._ready("run", given)
    return _engine.prepare(studies.request("run", ready), loaded).work_units(chunk)


def processor_seconds(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def made(works: list[_engine.WorkUnit], home: Path, workers: int, store: str | None = None) -> Figures:
    """Wall time of the chunks on a fresh cluster, and what it cost client and scheduler."""
    with Cluster(home, workers=workers) as running, running.client() as client:
        # Tables and firms are made once a worker.
        client.run(_engine.compute, works[0].payload)
        taken = [0]

        def keep(work: Any, content: bytes | None) -> None:
            if content is not None:
                taken[0] += len(content)
                work.keep(content)

        before = processor_seconds(running.scheduler.pid), time.process_time(), time.perf_counter()
        cluster.make(works, keep, client=client, store=store, tell=lambda runs: None)
        return {
            "wall": time.perf_counter() - before[2],
            "scheduler": processor_seconds(running.scheduler.pid) - before[0],
            "client": time.process_time() - before[1],
            "bytes": float(taken[0]),
        }


def alone(works: list[_engine.WorkUnit]) -> float:
    """Seconds of the same chunks one after the other in this process."""
    _engine.compute(works[0].payload)
    begun = time.perf_counter()
    for work in works:
        _engine.compute(work.payload)
    return time.perf_counter() - begun


def main(rounds: int) -> None:
    base = tw.Scenario.load("baseline")
    # Three weeks on the smallest sample: next to nothing to do, so that the way there and back is what is measured.
    least = base.with_(run__sample=6000, run__end="2020-01-20")
    found: dict[str, list[float]] = {}

    def add(name: str, value: float) -> None:
        found.setdefault(name, []).append(value)

    for number in range(rounds):
        with tempfile.TemporaryDirectory() as place:
            home = Path(place)
            empty = work_units(least, 400, 1, home)
            full = work_units(base, 48, 4, home)
            of_own = alone(empty)
            one = made(empty, home, 1)
            add("empty chunk, this process alone, ms", 1e3 * of_own / len(empty))
            add("empty chunk, one worker, ms", 1e3 * one["wall"] / len(empty))
            add("overhead of a chunk, ms", 1e3 * (one["wall"] - of_own) / len(empty))
            stored = made(empty, home, 1, store=f"file://{home}/shared")
            add("scheduler's processor time a chunk, ms", 1e3 * stored["scheduler"] / len(empty))
            add("client's processor time a chunk, store of the workers, ms", 1e3 * stored["client"] / len(empty))
            walls: dict[int, float] = {}
            for workers in (1, 2) if number % 2 == 0 else (2, 1):
                figures = made(full, home, workers)
                walls[workers] = figures["wall"]
                runs = sum(map(len, full))
                add(f"default sample, {workers} worker(s), s", figures["wall"])
                add("default sample, bytes a run", figures["bytes"] / runs)
                add("default sample, client's processor time a run, ms", 1e3 * figures["client"] / runs)
            in_one = alone(full)
            add("default sample, this process alone, s", in_one)
            add("default sample, a run of one core, ms", 1e3 * in_one / 48)
            add("efficiency of one worker against this process, %", 100 * in_one / walls[1])
            add("efficiency from 1 to 2 workers, %", 100 * walls[1] / (2 * walls[2]))
    print("| measured | median | least | most |\n|---|---|---|---|")
    for name, values in found.items():
        print(f"| {name} | {statistics.median(values):.4g} | {min(values):.4g} | {max(values):.4g} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
