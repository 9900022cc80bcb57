"""Chunks on a Dask cluster. Dask schedules, carries and repeats; this module hands out chunks and takes them in.

A task is a pure function of a chunk's text, and its key is the hash of that text, so that Dask may run it anywhere, again
after a worker is lost, and twice without harm. Never more than a window of chunks is under way, and results are
fetched a few at a time, so that the client's memory does not grow with the work.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, Protocol

from . import _engine
from .errors import ClusterError, Problem, VersionError, error
from .stores import ChunkStore

#: Chunks under way for each thread of the cluster, and at least.
_EACH, _LEAST = 3, 64
#: Results fetched together.
_TOGETHER = 8
#: Seconds between two looks when nothing is finished.
_PAUSE = 0.02
#: Seconds to wait for a scheduler.
_CONNECT = 10
#: Results of which the client could lose sight before it asks again, in seconds.
_LOOK = 1.0


class Work(Protocol):
    """A chunk or a work unit."""

    @property
    def key(self) -> str: ...
    @property
    def payload(self) -> str: ...
    def __len__(self) -> int: ...


def the_client(on: Any) -> Any:
    """The Dask client that ``on`` means: itself, with ``"dask"`` the current one, or that of a scheduler's address."""
    try:
        from distributed import Client, get_client
    except ModuleNotFoundError as missing:
        raise error("usage", 'on="dask" needs Dask', "pip install 'telework[cluster]'") from missing
    if on == "dask":
        try:
            on = get_client()
        except ValueError as missing:
            raise error(
                "usage",
                'on="dask" and no Dask client',
                "connect first, as in `with Client('tcp://scheduler:8786'): ...`, or give the client itself",
            ) from missing
    if isinstance(on, str) and "://" in on:
        try:
            # One connection a process, also where a model has travelled to.
            on = get_client(on, timeout=_CONNECT)
        except (OSError, ValueError) as unreachable:
            advice = "start the scheduler, or name another address"
            raise error("cluster", f"no scheduler at {on}: {unreachable}", advice) from unreachable
    if not isinstance(on, Client):
        advice = 'write on="dask", a scheduler\'s address such as "tcp://host:8786", or a distributed.Client'
        raise error("usage", f"on={on!r} is no cluster", advice)
    if on.asynchronous:
        raise error("usage", "the Dask client is asynchronous", "make it without asynchronous=True")
    return on


def address(on: Any) -> str | None:
    """What of ``on`` can travel: ``"dask"``, or the address of the client's scheduler."""
    return on if on is None or isinstance(on, str) else str(on.scheduler.address)


def task(payload: str, data: str | None, store: str | None) -> bytes | None:
    """Makes a chunk on a worker; with a store it goes there and only word comes back."""
    made_for = payload.partition('"code":"')[2].partition('"')[0]
    if made_for != _engine.CODE:
        raise _other_version({_here(): _engine.CODE}, made_for)
    if store is None:
        return _engine.compute(payload, data=data)
    chunks, key = ChunkStore(store), _engine.key(payload)
    if chunks.get(key) is None:
        chunks.put(key, _engine.compute(payload, data=data))
    return None


def _here() -> str:
    from distributed import get_worker

    try:
        return str(get_worker().address)
    except ValueError:
        return "this process"


def _other_version(codes: dict[str, str | None], wanted: str) -> VersionError:
    said = [
        Problem(
            "error",
            "different",
            f"worker {worker} has telework {code}, and {wanted} is wanted"
            if code
            else f"worker {worker} has no telework package",
            "install the same wheel on every worker and start it again: results of other code are not mixed",
        )
        for worker, code in sorted(codes.items())
    ]
    return VersionError(said)


def refuse_other_versions(client: Any) -> None:
    """Raises :class:`VersionError` when a worker has other code than this process, or none."""

    # Nested, so that it travels by value: a worker without the package can run it.
    def code() -> str | None:
        try:
            from telework._engine import CODE
        except ImportError:
            return None
        return str(CODE)

    codes = client.run(code, on_error="return")
    others = {worker: said if isinstance(said, str) else None for worker, said in codes.items() if said != _engine.CODE}
    if others:
        raise _other_version(others, _engine.CODE)


def make(
    works: Iterable[Work],
    keep: Callable[[Any, bytes | None], None],
    *,
    client: Any,
    data: str | None = None,
    store: str | None = None,
    tell: Callable[[int], None],
    stopped: Callable[[], bool] = lambda: False,
) -> None:
    """Makes chunks on the cluster and hands each to ``keep`` with its bytes (``None`` when the worker put them into the
    store), in any order. ``tell`` hears of the runs as they are kept; ``stopped`` is asked whether to go on.

    Raises :class:`ClusterError` when the cluster fails, and whatever a chunk raised.
    """
    from distributed import as_completed

    refuse_other_versions(client)
    waiting = iter(works)
    under_way: dict[Any, Work] = {}
    completed = as_completed(loop=client.loop)
    # What a task gives depends on where its chunk goes, so its name does too.
    prefix = "telework-" if store is None else f"telework_to_store-{hashlib.sha256(store.encode()).hexdigest()[:8]}-"
    kept = 0

    def submit(count: int) -> None:
        for work in islice(waiting, max(count, 0)):
            future = client.submit(task, work.payload, data, store, key=prefix + work.key, pure=True)
            under_way[future] = work
            completed.add(future)

    try:
        submit(_window(client))
        looked = time.monotonic()
        while under_way:
            batch = completed.next_batch(block=False)
            for start in range(0, len(batch), _TOGETHER):
                some = batch[start : start + _TOGETHER]
                for future, content in zip(some, client.gather(some), strict=True):
                    keep(work := under_way[future], content)
                    del under_way[future]
                    future.release()
                    kept += len(work)
                    tell(len(work))
            if stopped():
                raise KeyboardInterrupt
            if batch:
                submit(_window(client) - len(under_way))
            else:
                time.sleep(_PAUSE)
            if time.monotonic() - looked > _LOOK:
                looked = time.monotonic()
                _still_there(client)
    except Exception as failed:
        raise _explained(failed, kept) from failed
    finally:
        # Whatever ends this early, Ctrl-C too, takes back what is still queued.
        if under_way and client.status == "running":
            client.cancel(list(under_way))


def _window(client: Any) -> int:
    return max(_LEAST, _EACH * sum(client.nthreads().values())) if client.status == "running" else 0


def _still_there(client: Any) -> None:
    if client.status not in ("running", "connecting"):
        raise ConnectionError(f"the client is {client.status}")


def _explained(failed: Exception, kept: int) -> Exception:
    from distributed import CancelledError, KilledWorker
    from distributed.comm.core import CommClosedError

    goes_on = f"{kept} runs are kept; the same call goes on from there"
    if isinstance(failed, KilledWorker):
        message = f"workers were lost again and again with the same chunk: {failed}"
        return ClusterError([Problem("error", "cluster", message, f"look at their memory and logs; {goes_on}")])
    if isinstance(failed, (CancelledError, CommClosedError, ConnectionError, TimeoutError)):
        message = f"the scheduler was lost: {str(failed) or type(failed).__name__}"
        return ClusterError([Problem("error", "cluster", message, goes_on)])
    return failed
