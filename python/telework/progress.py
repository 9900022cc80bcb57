"""Progress with time left: a bar in notebooks and terminals, or a function of the user's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm.auto import tqdm

#: Called with what is done and what there is to do, in weeks or runs.
Tell = Callable[[int, int], None]
#: ``True`` shows a bar, ``False`` nothing; a function is called.
Progress = bool | Tell


@contextmanager
def shown(progress: Progress, what: str, unit: str) -> Iterator[Tell | None]:
    """A function to tell how far the work is."""
    if progress is False:
        yield None
        return
    if progress is not True:
        yield progress
        return
    # Closed without a trace when nothing was to be done.
    with tqdm(desc=what, unit=unit, unit_scale=unit == "weeks", leave=False, delay=0.3) as bar:

        def tell(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield tell
