"""The one sentence encoder of a desk: library and analyst share it, and nothing is loaded until one of them asks."""

from __future__ import annotations

import asyncio
import importlib
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptodesk.documents.embedding import Embedder

__all__ = ["SharedEmbedder"]


class SharedEmbedder:
    """`close` it when the library is closed. `is_brief` says that its process asks a question or two and ends: they are
    embedded by what is there soonest. A server has one encoder from its first question to its last."""

    def __init__(self, *, is_brief: bool = False) -> None:
        self._is_brief = is_brief
        self._lock = threading.Lock()
        self._embedder: Embedder | None = None

    def get(self) -> Embedder:
        """May be called from any thread. The first call imports: a tenth of a second."""
        with self._lock:
            if self._embedder is None:
                module = importlib.import_module("cryptodesk.documents.embedding")
                made: Embedder = module.Embedder(load_light=module.load_light_encoder if self._is_brief else None)
                self._embedder = made
            return self._embedder

    async def embed(self, text: str) -> tuple[str, Sequence[float]] | None:
        """The encoder's id and the question's vector; None where there is none to be had."""
        embedder = self._embedder
        if embedder is None:
            embedder = await asyncio.to_thread(self.get)
        try:
            vector = await embedder.embed_question(text)
        except RuntimeError:  # EmbeddingUnavailable is one, and naming it would import what may not be needed
            return None
        numbers: list[float] = vector.tolist()
        return embedder.model_id, numbers

    def close(self) -> None:
        if self._embedder is not None:
            self._embedder.close()
