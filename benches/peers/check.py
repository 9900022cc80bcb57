"""Whether a peer gives the engine's curves. Replicates of both in, a Verdict out.

Replicate r of the peer and of the engine live in the same environment (later infections are drawn for each replicate)
and differ only in the firms' luck. So under the same law their difference is symmetric around 0 and independent between
replicates. It is averaged over windows of a quarter of a year, and each (curve, window) gets a paired t-test over
replicates. The peer passes when no |t| lies beyond the Bonferroni bound, which holds whatever the dependence between
windows and curves.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

# Chance that a peer of the same law fails, at most. (Seeds are fixed: what passed once passes always.)
FALSE_ALARM = 1e-4
# A lasting difference of the size stated as detectable is found at least so often.
POWER = 0.9
WINDOW = 13  # weeks


@dataclass(frozen=True)
class Verdict:
    passed: bool
    worst: float  # largest |t|
    bound: float  # that is allowed
    largest: float  # largest mean difference in a window, as a share
    detectable: float  # difference that would be found in the middle (curve, window), as a share
    detectable_everywhere: float  # and in the one with the widest spread


def windows(curves: np.ndarray) -> np.ndarray:
    """Means by quarter of a year, (replicate, window, curve), over the weeks that have a figure."""
    parts = np.array_split(curves, range(WINDOW, curves.shape[1] - WINDOW + 1, WINDOW), axis=1)
    return np.stack([np.nanmean(part, axis=1) for part in parts], axis=1)


def check(peer: np.ndarray, engine: np.ndarray) -> Verdict:
    """Curves by (replicate, week, curve)."""
    difference = windows(np.where(np.isnan(engine), np.nan, peer)) - windows(engine)
    n, tests = len(difference), difference[0].size
    mean, error = difference.mean(axis=0), difference.std(axis=0, ddof=1) / np.sqrt(n)
    t = np.abs(mean) / error
    bound = stats.t.ppf(1 - FALSE_ALARM / tests / 2, n - 1)
    found = (bound + stats.t.ppf(POWER, n - 1)) * error
    # A peer that gives no number anywhere has not passed: `all` of comparisons with NaN is false.
    return Verdict(
        bool((t <= bound).all()), t.max(), bound, np.abs(mean).max(), float(np.median(found)), float(found.max())
    )
