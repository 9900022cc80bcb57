"""A real Dask scheduler and worker processes on the loopback, which tests kill, stop and start again."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

from distributed import Client

#: Seconds to wait for processes that start.
PATIENCE = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Cluster:
    """Processes of a cluster; none outlives the test."""

    def __init__(self, home: Path, workers: int = 2, **config: str) -> None:
        self.home = home
        self.port = free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.config = config
        self.scheduler = self._start_scheduler()
        self.workers = [self.worker() for _ in range(workers)]

    def _start(self, module: str, *words: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, **{f"DASK_DISTRIBUTED__{key}": value for key, value in self.config.items()}}
        log = (self.home / "dask.log").open("ab")
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{module}", *words],
            cwd=self.home,
            env=environment,
            stdout=log,
            stderr=log,
        )

    def _start_scheduler(self) -> subprocess.Popen[bytes]:
        return self._start(
            "dask_scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard", "--no-jupyter"
        )

    def worker(self, *words: str) -> subprocess.Popen[bytes]:
        """Another worker of one thread, without a nanny: who is killed stays dead."""
        common = [
            "--nthreads",
            "1",
            "--no-nanny",
            "--no-dashboard",
            "--host",
            "127.0.0.1",
            "--local-directory",
            str(self.home),
        ]
        return self._start("dask_worker", self.address, *common, *words)

    def restart_scheduler(self) -> None:
        """Kills the scheduler and starts another at the same address, with workers of its own."""
        self.stop()
        self.scheduler = self._start_scheduler()
        self.workers = [self.worker() for _ in self.workers]

    def client(self, workers: int | None = None) -> Client:
        """A client, once so many workers are there."""
        client = Client(self.address, timeout=f"{PATIENCE}s")
        client.wait_for_workers(len(self.workers) if workers is None else workers, timeout=PATIENCE)
        return client

    def stop(self) -> None:
        for process in [self.scheduler, *self.workers]:
            process.kill()
        for process in [self.scheduler, *self.workers]:
            process.wait()

    def __enter__(self) -> Cluster:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def until(condition: object, what: str) -> None:
    """Waits for something to come true."""
    assert callable(condition)
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.01)
