"""The embedder: a queue before a few threads, so that nothing is computed on the event loop and questions go first.

Every text is run by itself. Gathering texts into batches was measured and gains nothing on a processor (each token
costs the same), while padding costs and the integer scales of a batch would make a text's vector depend on its
neighbours.
"""

from __future__ import annotations

import asyncio
import itertools
import queue
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Protocol

import numpy as np

from cryptodesk.documents.embedding.model import (
    DIMENSIONS,
    MODEL_ID,
    EmbeddingUnavailable,
    Vector,
    load_encoder,
    missing_part,
)

__all__ = ["Embedder", "TextEncoder"]

_QUESTION, _PASSAGE, _END = 0, 1, 2
_MOST_WAITING = 4_096
_SLICE = 256
# After so many questions the light encoder has taken as long as loading the other one does.
_LIGHT_QUESTIONS = 16


class TextEncoder(Protocol):
    def encode(self, text: str) -> Vector:
        """The text's vector, of length 1."""
        ...


Job = tuple[int, int, str, "Future[Vector]"]


class Embedder:
    """Starts its threads and loads the model at the first text. `close` it when done.

    `load_light` makes an encoder of the same vectors that is there sooner but slower: a process that asks a question or
    two needs no other. `fault` says why there are no vectors, None as long as none is known of."""

    model_id = MODEL_ID
    dimensions = DIMENSIONS

    def __init__(
        self,
        load: Callable[[], TextEncoder] = load_encoder,
        *,
        load_light: Callable[[], TextEncoder] | None = None,
        missing: Callable[[], str | None] = missing_part,
        threads: int = 2,
        most_remembered: int = 1_024,
        most_waiting: int = _MOST_WAITING,
    ) -> None:
        self._load = load
        self._load_light = load_light
        self._thread_count = max(1, threads)
        self._most_remembered = most_remembered
        self._most_waiting = most_waiting
        self._jobs: queue.PriorityQueue[Job] = queue.PriorityQueue()
        self._order = itertools.count()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._loading = threading.Lock()
        self._encoder: TextEncoder | None = None
        self._light: TextEncoder | None = None
        self._light_questions = 0
        self._questions: OrderedDict[str, Vector] = OrderedDict()
        self._closed = False
        self.fault: str | None = missing()

    async def embed_question(self, text: str) -> Vector:
        """The vector of a question; recent ones are remembered. Raises: EmbeddingUnavailable."""
        known = self._recall(text)
        if known is not None:
            return known
        vector = await asyncio.wrap_future(self._submit(text, _QUESTION))
        self._remember(text, vector)
        return vector

    async def embed(self, texts: Sequence[str]) -> Vector:
        """A row for each text, in order. Cancelling it leaves what has not begun undone.

        Raises: EmbeddingUnavailable."""
        rows: list[Vector] = []
        for at in range(0, len(texts), _SLICE):
            jobs = [asyncio.wrap_future(self._submit(text, _PASSAGE)) for text in texts[at : at + _SLICE]]
            try:
                rows += await asyncio.gather(*jobs)
            finally:
                for job in jobs:
                    job.cancel()
        return _stack(rows)

    def embed_now(self, texts: Sequence[str]) -> Vector:
        """The same for a thread that may wait. Raises: EmbeddingUnavailable."""
        rows: list[Vector] = []
        for at in range(0, len(texts), _SLICE):
            jobs = [self._submit(text, _PASSAGE) for text in texts[at : at + _SLICE]]
            rows += [job.result() for job in jobs]
        return _stack(rows)

    def close(self) -> None:
        """Ends the threads; texts that wait fail with EmbeddingUnavailable. May be called twice."""
        with self._lock:
            self._closed = True
            threads, self._threads = self._threads, []
        self._fail_waiting("the embedder is closed")
        for _ in threads:
            self._jobs.put((_END, next(self._order), "", Future()))
        for thread in threads:
            thread.join()

    def _submit(self, text: str, urgency: int) -> Future[Vector]:
        with self._lock:
            if self._closed:
                raise EmbeddingUnavailable("the embedder is closed")
            if self.fault is not None:
                raise EmbeddingUnavailable(self.fault)
            if self._jobs.qsize() >= self._most_waiting:
                raise EmbeddingUnavailable(f"{self._most_waiting} texts are waiting already")
            self._start()
            job: Future[Vector] = Future()
            self._jobs.put((urgency, next(self._order), text, job))
            return job

    def _start(self) -> None:
        while len(self._threads) < self._thread_count:
            name = f"embedder-{len(self._threads)}"
            thread = threading.Thread(target=self._work, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        while True:
            urgency, _, text, job = self._jobs.get()
            if urgency == _END:
                return
            if job.set_running_or_notify_cancel():
                self._run(text, urgency, job)

    def _run(self, text: str, urgency: int, job: Future[Vector]) -> None:
        try:
            vector = self._ready(urgency).encode(text)
        except EmbeddingUnavailable as error:
            self.fault = str(error)
            job.set_exception(error)
            self._fail_waiting(str(error))
        except Exception as error:  # the runtime's errors have no common class, and a thread must not die of one
            job.set_exception(EmbeddingUnavailable(f"a text could not be embedded: {type(error).__name__}"))
        else:
            job.set_result(vector)

    def _ready(self, urgency: int) -> TextEncoder:
        with self._loading:
            if self._encoder is None:
                if self.fault is not None:
                    raise EmbeddingUnavailable(self.fault)
                if urgency == _QUESTION and self._load_light and self._light_questions < _LIGHT_QUESTIONS:
                    self._light_questions += 1
                    self._light = self._light or self._load_light()
                    return self._light
                self._encoder, self._light = self._load(), None
            return self._encoder

    def _fail_waiting(self, reason: str) -> None:
        ends: list[Job] = []
        while True:
            try:
                waiting = self._jobs.get_nowait()
            except queue.Empty:
                break
            if waiting[0] == _END:
                ends.append(waiting)
            elif waiting[3].set_running_or_notify_cancel():
                waiting[3].set_exception(EmbeddingUnavailable(reason))
        for end in ends:
            self._jobs.put(end)

    def _recall(self, text: str) -> Vector | None:
        with self._lock:
            if text in self._questions:
                self._questions.move_to_end(text)
            return self._questions.get(text)

    def _remember(self, text: str, vector: Vector) -> None:
        vector.flags.writeable = False
        with self._lock:
            self._questions[text] = vector
            while len(self._questions) > self._most_remembered:
                self._questions.popitem(last=False)


def _stack(rows: Sequence[Vector]) -> Vector:
    return np.stack(rows) if rows else np.zeros((0, DIMENSIONS), np.float32)
