"""What every peer reads: firms, labour markets, declarations and concern by week and prefecture, parameters. A folder in, a World
out.

Written by `telework-peers export`. No rule of the model stands here: each peer writes the rules in its own idiom, from
docs/model.md, sections 5 and 7.1 to 7.5.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np

INDUSTRIES, PREFECTURES, SIZES = 16, 47, 3

# Columns of what a peer gives, one row a week: shares of practising firms, of firms with a formal scheme, of employees.
CURVES = ["practice", "practice, micro", "practice, medium", "practice, large", "formal scheme", "teleworkers"]

# Constants that docs/model.md gives in words: experience of firms practising in January 2020, the largest number of weeks
# that is counted, the part of a firm's customers in its own prefecture, and steps in which shares of staff are kept.
EXPERIENCE_AT_START, EXPERIENCE_MOST = 104, 255
LOCAL_CUSTOMERS = 0.5
SHARE_STEPS = 255


@dataclass(frozen=True)
class World:
    folder: Path
    firms: np.ndarray  # one record a firm, see `firms.csv`
    market: np.ndarray  # labour market by prefecture, in doublings over the mean
    declaration: np.ndarray  # (week, prefecture), after fatigue
    parameters: SimpleNamespace  # by the names of docs/model.md

    @property
    def weeks(self) -> int:
        return len(self.declaration)

    def concern(self, replicate: int) -> np.ndarray:
        """Concern by (week, prefecture): another path in each replicate."""
        return matrix(self.folder / "concern" / f"{replicate}.csv")


@cache
def matrix(path: Path) -> np.ndarray:
    return np.loadtxt(path, delimiter=",")


def read(folder: Path, changes: dict[str, float] | None = None) -> World:
    """The world of a folder; `changes` are added to parameters, for controls that must not pass the check."""
    firms = np.genfromtxt(folder / "firms.csv", delimiter=",", names=True, dtype=None)
    parameters = json.loads((folder / "parameters.json").read_text())
    for name, change in (changes or {}).items():
        parameters[name] += change
    market, declaration = matrix(folder / "market.csv"), matrix(folder / "declaration.csv")
    return World(folder, firms, market, declaration, SimpleNamespace(**parameters))


def seed(replicate: int) -> int:
    """Every peer seeds its own generator with this."""
    return 20_210_430 + replicate
