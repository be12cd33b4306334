"""A fitted classifier as bytes, and back: arrays and JSON, nothing that could run."""

import hashlib
import json
import zipfile
from dataclasses import astuple
from io import BytesIO

import numpy as np
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]  # it ships no types

from bot.model.embedding import digest
from bot.model.learned.classifier import Classifier
from bot.model.learned.confidence import Trust
from bot.model.learned.views import Examples
from pipeline.errors import Misconfigured

METHOD = "ridge-1"
"""Named in every file: classifiers of another method are not read. To be raised with whatever changes what is learned or read."""


def written(classifier: Classifier) -> bytes:
    """Equal classifiers give equal bytes."""
    c, e = classifier, classifier.examples
    arrays = {"meaning": e.meaning, "rarity": e.rarity, "data": e.words.data, "places": e.words.indices, "starts": e.words.indptr}
    arrays |= {"which": c.which, "scores": c.scores, "trust": _flat(c.trust), "strange": _flat(c.strange)}
    meta = json.dumps({"method": METHOD, "embedder": digest(), "labels": c.labels})
    file = BytesIO()
    np.savez(file, allow_pickle=False, meta=np.frombuffer(meta.encode(), np.uint8), **arrays)
    return file.getvalue()


def version_of(data: bytes) -> str:
    """What a classifier learned from reviewed mail is called, by its bytes."""
    return f"learned-{hashlib.sha256(data).hexdigest()[:16]}"


def checked(data: bytes, version: str) -> Classifier:
    """The classifier of this version. Raises Misconfigured where these are other bytes, or not to be read."""
    if version_of(data) != version:
        raise Misconfigured("a stored classifier", "its bytes are not those that were written. It will be made anew.")
    return read(data)


def read(data: bytes) -> Classifier:
    """Raises Misconfigured where these are not the bytes of a classifier that this program could have made."""
    try:
        with np.load(BytesIO(data), allow_pickle=False) as kept:
            meta = json.loads(bytes(kept["meta"]))
            if (meta["method"], meta["embedder"]) != (METHOD, digest()):
                raise Misconfigured("a stored classifier", "it was made by another version of the program. It will be made anew.")
            shape = (len(kept["rarity"]), len(kept["meaning"]))
            words = csr_matrix((kept["data"], kept["places"], kept["starts"]), shape)
            examples = Examples(kept["meaning"], words, kept["rarity"])
            fitted = (kept["which"], kept["scores"], _trust(kept["trust"]), _trust(kept["strange"]))
            return Classifier(examples, tuple(meta["labels"]), *fitted)
    except (OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise Misconfigured("a stored classifier", f"it cannot be read ({type(error).__name__}). It will be made anew.") from error


def _flat(trust: Trust) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    mean, scale, weights, bias = astuple(trust)
    return np.stack([mean, scale, weights, np.full_like(mean, bias)])


def _trust(flat: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> Trust:
    mean, scale, weights, bias = flat
    return Trust(mean, scale, weights, float(bias[0]))
