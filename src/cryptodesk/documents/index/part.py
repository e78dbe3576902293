"""A part of the index: passages with their vectors and what they are filtered by. Once written it is never changed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from cryptodesk.documents.index.container import (
    Array,
    ContainerError,
    pack_texts,
    read_arrays,
    take_texts,
    unpack_text,
    write_arrays,
)
from cryptodesk.documents.index.quantising import quantise, sign_bits
from cryptodesk.documents.records import Chunk, Document

__all__ = ["Labels", "Part", "Passages", "document_hash", "load_part", "new_part", "write_part"]

_ENCODE = msgspec.msgpack.Encoder()
_DECODE = msgspec.msgpack.Decoder(Document)


class Passages(Struct, frozen=True):
    """What a part is made of. `owners` are positions in `documents`; zeros in `vectors` are a passage without one."""

    documents: Sequence[Document]
    chunks: Sequence[Chunk]
    owners: Sequence[int]
    keys: Sequence[int]
    vectors: Array


class Labels(Struct, frozen=True):
    """The words behind the numbers in the columns of the same names."""

    type: tuple[str, ...]
    source: tuple[str, ...]
    language: tuple[str, ...]


class Part:
    """Rows are passages in ascending order of their keys; `owners` are positions in the columns about documents:
    `hashes`, `known_at` and `published_at` (unix seconds, NaN where nobody says), `labelled`, and `assets`, pairs of
    such a position and an asset id."""

    def __init__(self, arrays: dict[str, Array]) -> None:
        self.arrays = arrays
        self.keys = arrays["keys"]
        self.owners = arrays["owners"]
        self.hashes = arrays["hashes"]
        self.known_at = arrays["known_at"]
        self.published_at = arrays["published_at"]
        self.labelled = {name: arrays[name] for name in Labels.__struct_fields__}
        self.assets = arrays["assets"]
        self.labels = msgspec.json.decode(arrays["labels"].tobytes(), type=Labels)
        # The vectors as bytes, with the number that scales each back: 0 for a passage that has none.
        self.coarse = arrays["coarse"]
        self.scales = arrays["scales"]
        # In a large part also their signs, to leave most of them out by.
        self.signs = arrays.get("signs")

    def __len__(self) -> int:
        return len(self.keys)

    def chunk(self, row: int, document_id: str) -> Chunk:
        text = unpack_text(self.arrays["passages"], self.arrays["passage_ends"], row).decode()
        return Chunk(document_id, int(self.arrays["numbers"][row]), text)

    def document(self, position: int) -> Document:
        """The document without its text: that is in its passages, and whole in the store."""
        return _DECODE.decode(unpack_text(self.arrays["heads"], self.arrays["head_ends"], position))


def document_hash(document_id: str) -> int:
    """64 bits of the id, to find its rows by."""
    return int.from_bytes(hashlib.blake2b(document_id.encode(), digest_size=8).digest(), "little")


def new_part(passages: Passages) -> Part:
    """A part in memory."""
    labels = _labels(passages.documents)
    coarse, scales = quantise(passages.vectors)
    heads, head_ends = pack_texts([_ENCODE.encode(replace(each, text="")) for each in passages.documents])
    texts, text_ends = pack_texts([chunk.text.encode() for chunk in passages.chunks])
    return Part(
        {
            "keys": np.array(passages.keys, np.uint64),
            "owners": np.array(passages.owners, np.uint32),
            "numbers": np.array([chunk.number for chunk in passages.chunks], np.uint16),
            **_columns(passages.documents, labels),
            **{"coarse": coarse, "scales": scales},
            **{"heads": heads, "head_ends": head_ends, "passages": texts, "passage_ends": text_ends},
        }
    )


def _labels(documents: Sequence[Document]) -> Labels:
    return Labels(
        tuple(sorted({document.type for document in documents})),
        tuple(sorted({document.source for document in documents})),
        tuple(sorted({document.language for document in documents})),
    )


def _columns(documents: Sequence[Document], labels: Labels) -> dict[str, Array]:
    pairs = [(at, asset_id) for at, document in enumerate(documents) for asset_id in document.asset_ids]
    columns: dict[str, Array] = {
        "hashes": np.array([document_hash(each.document_id) for each in documents], np.uint64),
        "known_at": np.array([each.known_at.timestamp() for each in documents], np.float64),
        "published_at": np.array([_seconds(each.published_at) for each in documents], np.float64),
        "assets": np.array(pairs, np.int64).reshape(-1, 2),
        "labels": np.frombuffer(msgspec.json.encode(labels), np.uint8),
    }
    for name in Labels.__struct_fields__:
        numbers = {label: number for number, label in enumerate(getattr(labels, name))}
        columns[name] = np.array([numbers[getattr(each, name)] for each in documents], np.uint16)
    return columns


def _seconds(moment: datetime | None) -> float:
    return float("nan") if moment is None else moment.timestamp()


def load_part(path: Path) -> Part:
    """Raises: ContainerError, OSError."""
    try:
        return Part(read_arrays(path))
    except (KeyError, msgspec.MsgspecError) as error:
        raise ContainerError(f"{path.name}: {error}") from None


def write_part(path: Path, sources: Sequence[tuple[Part, Array]], signed_rows: int) -> None:
    """Writes one part with the given rows of several, in their order; with signs from `signed_rows` rows on.

    The path must not exist yet. Texts are passed on as they are: a merge reads no document."""
    positions, owners, first = [], [], 0
    for part, rows in sources:
        kept, own = np.unique(part.owners[rows], return_inverse=True)
        positions.append(kept)
        owners.append((own + first).astype(np.uint32))
        first += len(kept)
    taken = [(part, each) for (part, _), each in zip(sources, positions, strict=True)]
    arrays = {name: _joined(sources, name) for name in ("keys", "numbers", "coarse", "scales")}
    arrays |= {name: _joined(taken, name) for name in ("hashes", "known_at", "published_at")}
    arrays |= {"owners": np.concatenate(owners), "assets": _joined_assets(taken), **_joined_labels(taken)}
    arrays["heads"], arrays["head_ends"] = _joined_texts(taken, "heads", "head_ends")
    arrays["passages"], arrays["passage_ends"] = _joined_texts(sources, "passages", "passage_ends")
    if len(arrays["keys"]) >= signed_rows:
        arrays["signs"] = sign_bits(arrays["coarse"])
    write_arrays(path, arrays)


def _joined(sources: Sequence[tuple[Part, Array]], name: str) -> Array:
    return np.concatenate([part.arrays[name][rows] for part, rows in sources])


def _joined_texts(sources: Sequence[tuple[Part, Array]], content: str, ends: str) -> tuple[Array, Array]:
    taken = [take_texts(part.arrays[content], part.arrays[ends], rows) for part, rows in sources]
    sizes = np.concatenate([sizes for _, sizes in taken])
    return np.concatenate([texts for texts, _ in taken]), np.cumsum(sizes, dtype=np.uint64)


def _joined_labels(taken: Sequence[tuple[Part, Array]]) -> dict[str, Array]:
    columns: dict[str, Array] = {}
    tables: list[tuple[str, ...]] = []
    for name in Labels.__struct_fields__:
        table = tuple(sorted({label for part, _ in taken for label in getattr(part.labels, name)}))
        numbers = {label: number for number, label in enumerate(table)}
        renumbered = [
            np.array([numbers[label] for label in getattr(part.labels, name)], np.uint16)[part.labelled[name][kept]]
            for part, kept in taken
        ]
        columns[name] = np.concatenate(renumbered)
        tables.append(table)
    return {**columns, "labels": np.frombuffer(msgspec.json.encode(Labels(*tables)), np.uint8)}


def _joined_assets(taken: Sequence[tuple[Part, Array]]) -> Array:
    pairs, first = [np.zeros((0, 2), np.int64)], 0
    for part, kept in taken:
        present = part.assets[np.isin(part.assets[:, 0], kept)]
        moved = np.searchsorted(kept, present[:, 0]) + first
        pairs.append(np.stack([moved, present[:, 1]], axis=1))
        first += len(kept)
    return np.concatenate(pairs)
