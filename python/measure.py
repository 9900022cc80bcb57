"""Measures what docs/cluster.md says of chunks, workers and the client's memory, on this machine: ``python measure.py [ROUNDS]``.

Real processes on the loopback: a scheduler, and one or two workers of one thread. Each round measures every work once, in
turns; the table has medians and the spread from least to most. ``--try`` does next to nothing, to see that it works: its figures
mean nothing. Memory is read from ``/proc``, so that it needs Linux. Nothing here enters a result.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

# In place of this file's own folder, whose package has no engine beside it: what is measured is what is installed.
sys.path.pop(0)
sys.path.insert(0, str(Path(__file__).parent / "tests"))

import telework as tw
from dask_cluster import Cluster
from telework import _engine, cluster, studies

Figures = dict[str, float]


@dataclass(frozen=True)
class Size:
    """How much work is measured."""

    #: Chunks of next to no work.
    chunks: int = 400
    #: Runs of the default sample, and how many of them are a chunk.
    runs: int = 96
    in_chunk: int = 8
    #: Replicates of the clients whose memory is measured, few and many.
    few: int = 100
    many: int = 1000
    #: Of what these clients run.
    end: str = "2026-03-31"


TRIAL = Size(chunks=20, runs=4, in_chunk=2, few=4, many=12, end="2020-04-30")


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


def client_memory(size: Size, replicates: int, study: str) -> float:
    """Peak of the resident memory of a client of one worker, in bytes: a process of its own, from its start to the finished study."""
    with tempfile.TemporaryDirectory() as place, Cluster(Path(place), workers=1) as running:
        with running.client():
            pass
        words = [sys.executable, __file__, "--client", running.address, study, str(replicates), size.end]
        return float(subprocess.run(words, cwd=place, check=True, capture_output=True, text=True).stdout)


def be_a_client(address: str, study: str, replicates: int, end: str) -> None:
    """What :func:`client_memory` starts; prints the peak. Bytes that come back of a run do not depend on the sample."""
    base = tw.Scenario.load("baseline").with_(run__sample=6000, run__end=end)
    if study == "run":
        tw.run(base, draws=replicates, split=0, on=address, out="folder", store="store", progress=False)
    elif study == "design":
        tw.design(base, [{}], draws=replicates, on=address, store="store", progress=False)
    # Of this process alone; the peak that getrusage tells begins with that of the parent.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    print(1024 * int(status.partition("VmHWM:")[2].split()[0]))


def main(rounds: int, size: Size) -> None:
    base = tw.Scenario.load("baseline").with_(run__end=size.end)
    # Three weeks on the smallest sample: next to nothing to do, so that the way there and back is what is measured.
    least = base.with_(run__sample=6000, run__end="2020-01-20")
    found: dict[str, list[float]] = {}

    def add(name: str, value: float) -> None:
        found.setdefault(name, []).append(value)

    for number in range(rounds):
        with tempfile.TemporaryDirectory() as place:
            home = Path(place)
            empty = work_units(least, size.chunks, 1, home)
            full = work_units(base, size.runs, size.in_chunk, home)
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
                add(f"default sample, {workers} worker(s), s", figures["wall"])
                add("default sample, bytes a run", figures["bytes"] / size.runs)
                add("default sample, client's processor time a run, ms", 1e3 * figures["client"] / size.runs)
            in_one = alone(full)
            add("default sample, this process alone, s", in_one)
            add("default sample, a run of one core, ms", 1e3 * in_one / size.runs)
            add("efficiency of one worker against this process, %", 100 * in_one / walls[1])
            add("efficiency from 1 to 2 workers, %", 100 * walls[1] / (2 * walls[2]))
        add("client that runs nothing, peak memory, MB", client_memory(size, 0, "nothing") / 1e6)
        for study in ("run", "design"):
            few, many = (client_memory(size, replicates, study) for replicates in (size.few, size.many))
            add(f"client of a {study} of {size.few} replicates, peak memory, MB", few / 1e6)
            add(f"client of a {study} of {size.many} replicates, peak memory, MB", many / 1e6)
            add(f"client of a {study}, a replicate more, kB", (many - few) / 1e3 / (size.many - size.few))
    print("| measured | median | least | most |\n|---|---:|---:|---:|")
    for name, values in found.items():
        print(f"| {name} | {statistics.median(values):.4g} | {min(values):.4g} | {max(values):.4g} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rounds", nargs="?", type=int, default=3, metavar="ROUNDS")
    parser.add_argument("--try", action="store_true", dest="trial", help="next to no work, to see that it works")
    parser.add_argument("--client", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.client:
        be_a_client(given.client[0], given.client[1], int(given.client[2]), given.client[3])
    else:
        main(given.rounds, TRIAL if given.trial else Size())
