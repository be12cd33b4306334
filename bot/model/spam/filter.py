"""The local spam filter: one weight for each hashed feature and each mark, in a file made by `python -m benchmarks.train_spam`."""

import math
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from bot.model.spam.features import BUCKETS, buckets
from bot.model.spam.marks import MARKS, marks
from pipeline.email import Email
from pipeline.errors import Misconfigured

WEIGHTS = Path(__file__).with_name("weights.npz")
CUT = 0.9995
SHORTEST = 150
"""Features: what says less than so many cannot say much for spam."""


@dataclass(frozen=True, slots=True)
class SpamFilter:
    """Implements pipeline.ports.SpamModel. `weights` are whole numbers of `step`, one a bucket; `marked` are log-odds, one a mark."""

    weights: NDArray[np.int8]
    marked: NDArray[np.float64]
    step: float
    bias: float
    threshold: float
    doubt: float
    version: str

    def score(self, email: Email) -> float:
        """The log-odds for spam, as far as the weights know; a mail without words says nothing."""
        found = buckets(email.subject, email.text, email.sender.domain)
        length = math.sqrt(max(len(found), SHORTEST))
        words = int(self.weights[found].sum(dtype=np.int64)) * self.step / length
        return words + float(self.marked[list(marks(email))].sum()) + self.bias


def load(file: Path = WEIGHTS) -> SpamFilter:
    """Read the weights; their digest is the version. Misconfigured where the file is missing or is none of ours."""
    try:
        raw = file.read_bytes()
        with np.load(BytesIO(raw), allow_pickle=False) as kept:
            weights, marked, figures = kept["weights"], kept["marks"], kept["figures"]
            step, bias, threshold, doubt = (float(figure) for figure in figures)
    except (OSError, EOFError, KeyError, ValueError, BadZipFile) as error:
        raise Misconfigured(str(file), "the spam filter's weights cannot be read. Install the program again.") from error
    if weights.shape != (BUCKETS,) or weights.dtype != np.int8 or marked.shape != (MARKS,):
        raise Misconfigured(str(file), "the spam filter's weights were made by another version. Train them anew: docs/spam.md says how.")
    return SpamFilter(weights, marked, step, bias, threshold, doubt, f"spam-{sha256(raw).hexdigest()[:12]}")


def save(file: Path, weights: NDArray[np.float64], marked: NDArray[np.float64], bias: float, bounds: tuple[float, float]) -> None:
    """Write the weights in 127 steps, the few greatest cut off, and those of the marks; `bounds` are threshold and doubt."""
    step = float(np.quantile(np.abs(weights), CUT)) / 127
    figures = np.array([step, bias, *bounds])
    np.savez_compressed(file, weights=np.clip(np.round(weights / step), -127, 127).astype(np.int8), marks=marked, figures=figures)
