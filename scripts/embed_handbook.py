"""Computes the vectors of the handbook's passages, which ship so that a fresh desk need not compute them.

    python scripts/embed_handbook.py            writes the file
    python scripts/embed_handbook.py --check    says whether it is up to date, and ends with 1 if not

Run it after an article, the cleaning, the chunking or the model has changed. On one machine the same passages give the
same bytes; another processor multiplies a little differently, which the check allows for.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from cryptodesk.documents.chunking import chunk_document
from cryptodesk.documents.embedding import MODEL_ID, load_encoder
from cryptodesk.documents.handbook import load_articles
from cryptodesk.documents.handbook.vectors import FILE_NAME, Array, pack_vectors, parse_vectors
from cryptodesk.documents.index.vector_cache import vector_key
from cryptodesk.documents.index.writer import passage_text
from cryptodesk.documents.intake.preparing import Origin, prepare
from cryptodesk.documents.records import Document
from cryptodesk.documents.sources.handbook import ADDRESS, SOURCE, to_documents

TARGET = Path(__file__).parent.parent / "src" / "cryptodesk" / "documents" / "handbook" / FILE_NAME
LEAST_COSINE = 0.99
# No article is of a later day; only what is not known yet would be left out.
NOW = datetime(2100, 1, 1, tzinfo=UTC)


def documents() -> Sequence[Document]:
    """The articles as the store keeps them."""
    origin = Origin(0, SOURCE.name, ADDRESS, SOURCE.document_type, is_local=True)
    prepared = prepare(to_documents(load_articles()), origin, NOW)
    if prepared.problems:
        raise ValueError(f"articles with problems: {prepared.problems}")
    return [new.document for new in prepared.documents]


def passages() -> dict[bytes, str]:
    """What each vector is computed from, by key."""
    texts = [passage_text(document, chunk) for document in documents() for chunk in chunk_document(document)]
    return {vector_key(MODEL_ID, text): text for text in texts}


def embed(texts: Mapping[bytes, str]) -> dict[bytes, Array]:
    """One after the other, so that it is the same work every time."""
    encoder = load_encoder()
    return {key: encoder.encode(text) for key, text in texts.items()}


def faults(held: Mapping[bytes, Array], texts: Mapping[bytes, str]) -> list[str]:
    """What is wrong with the file's vectors."""
    found = [f"{len(texts.keys() - held.keys())} passages without a vector"] if texts.keys() - held.keys() else []
    if held.keys() - texts.keys():
        found.append(f"{len(held.keys() - texts.keys())} vectors of no passage")
    fresh = embed({key: text for key, text in texts.items() if key in held})
    far = sum(cosine(held[key], vector) < LEAST_COSINE for key, vector in fresh.items())
    return [*found, f"{far} vectors of something else"] if far else found


def cosine(one: Array, other: Array) -> float:
    first, second = one.astype(np.float32), other.astype(np.float32)
    return float(first @ second) / max(float(np.linalg.norm(first) * np.linalg.norm(second)), 1e-12)


def check(path: Path) -> str | None:
    """Why the file is not up to date; None if it is."""
    try:
        held = parse_vectors(path.read_bytes())
    except (OSError, ValueError) as error:
        return str(error)
    return "; ".join(faults(held, passages())) or None


def write(path: Path) -> int:
    vectors = embed(passages())
    path.write_bytes(pack_vectors(vectors))
    return len(vectors)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--target", type=Path, default=TARGET, help="the file")
    arguments = parser.parse_args()
    if not arguments.check:
        print(f"{arguments.target.name}: {write(arguments.target):,} vectors")
    elif (reason := check(arguments.target)) is not None:
        sys.exit(f"{arguments.target.name} is not up to date: {reason}; run: python scripts/embed_handbook.py")


if __name__ == "__main__":
    main()
