"""Runs a Python peer on request: a replicate's number on a line in; seconds of the processor, peak memory and curves as a
line of JSON out.

`python serve.py PEER FOLDER [PARAMETER=CHANGE]`
"""

import importlib
import json
import sys
from pathlib import Path
from time import process_time

import world


def peak_megabytes() -> float | None:
    """Largest resident memory of this process so far, in 10^6 bytes; None where the system does not say."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    return next((float(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM:")), None)


def main(peer: str, folder: str, *changes: str) -> None:
    pairs = (change.split("=") for change in changes)
    model = importlib.import_module(f"{peer}_peer").Peer(
        world.read(Path(folder), {name: float(value) for name, value in pairs})
    )
    print("ready", flush=True)
    for line in sys.stdin:
        replicate = int(line)
        model.world.concern(replicate)  # read from the file before the clock starts
        begin = process_time()
        curves = model.run(replicate)
        seconds = process_time() - begin
        answer = {"seconds": seconds, "megabytes": peak_megabytes(), "curves": curves.T.tolist()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
