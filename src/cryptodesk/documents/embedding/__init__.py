"""Texts as vectors: the sentence encoder, its tokenizer, and the threads that run it."""

from cryptodesk.documents.embedding.embedder import Embedder, TextEncoder
from cryptodesk.documents.embedding.model import (
    DIMENSIONS,
    MODEL_ID,
    EmbeddingUnavailable,
    Encoder,
    Vector,
    load_encoder,
    load_light_encoder,
)

__all__ = [
    "DIMENSIONS",
    "MODEL_ID",
    "Embedder",
    "EmbeddingUnavailable",
    "Encoder",
    "TextEncoder",
    "Vector",
    "load_encoder",
    "load_light_encoder",
]
