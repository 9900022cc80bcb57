"""Models in processes of their own, each with one thread, which run a replicate when asked. A command in, Runs out."""

import json
import os
import subprocess
from dataclasses import dataclass

import numpy as np

ONE_THREAD = {
    name: "1" for name in ["RAYON_NUM_THREADS", "POLARS_MAX_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS"]
}


@dataclass(frozen=True)
class Run:
    seconds: float  # of the processor, so that other work on the machine counts little
    megabytes: float | None  # peak of the process so far
    curves: np.ndarray  # (week, curve); not a number where a model gives no figure


class Failed(Exception):
    """A model's process ended; its last words."""


class Process:
    """Idle until asked, so that several can be timed in turn."""

    def __init__(self, command: list[str]):
        self.command = command
        # Processor seconds of the first run, with what is done once in a process, such as compilation.
        self.first: float | None = None
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | ONE_THREAD
        )
        self.answer()

    def answer(self) -> str:
        line = self.process.stdout.readline()
        if not line:
            raise Failed(f"`{' '.join(self.command)}` ended with code {self.process.wait()}")
        return line

    def run(self, replicate: int) -> Run:
        try:
            print(replicate, file=self.process.stdin, flush=True)
        except BrokenPipeError:
            pass  # `answer` tells how it ended
        answer = json.loads(self.answer())
        self.first = self.first or answer["seconds"]
        return Run(answer["seconds"], answer["megabytes"], np.array(answer["curves"], dtype=float).T)

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()
