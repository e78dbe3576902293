"""Makes the next state of the index beside the present one: new files, then a manifest that names them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from cryptodesk.documents.chunking import chunk_document
from cryptodesk.documents.embedding import DIMENSIONS, Embedder, EmbeddingUnavailable
from cryptodesk.documents.index.container import Array, write_arrays
from cryptodesk.documents.index.fulltext import TextRow, write_full_text
from cryptodesk.documents.index.generation import Generation
from cryptodesk.documents.index.manifest import Manifest, seal
from cryptodesk.documents.index.part import Part, Passages, new_part, write_part
from cryptodesk.documents.index.spelling import encodable
from cryptodesk.documents.index.vector_cache import VectorCache, vector_key
from cryptodesk.documents.records import Chunk, Document

__all__ = ["IndexWriter", "Shipped", "Sizes", "encodable", "passage_text", "sweep"]

_CACHE = "vectors.db"
_MOST_HEAD_CHARACTERS = 300
_OURS = ("part", "texts-", "gone-")

# Vectors that need not be computed, of those of these keys that there are any for.
Shipped = Callable[[Sequence[bytes]], Mapping[bytes, Array]]


class Sizes(Struct, frozen=True, kw_only=True):
    """From how many passages on a part has signs, how many it has at most, and what share of all passages may
    be gone before the rest is written anew."""

    signed_rows: int = 8_192
    most_rows: int = 131_072
    gone_ratio: float = 0.25


class IndexWriter:
    """For one thread. What it writes is seen by nobody until its manifest is saved."""

    def __init__(
        self,
        folder: Path,
        embedder: Embedder,
        asset_names: Callable[[int], Collection[str]],
        sizes: Sizes,
        shipped: Shipped,
    ) -> None:
        self._folder = folder
        self._embedder = embedder
        self._shipped = shipped
        self._asset_names = asset_names
        self._sizes = sizes
        self._cache = VectorCache(folder / _CACHE)

    def close(self) -> None:
        self._cache.close()

    def next_state(self, now: Generation, added: Sequence[Document], removed: Collection[str]) -> Manifest:
        """The manifest after the documents were removed and added; those added replace those of the same id.

        Raises: IndexDamaged, FullTextDamaged, OSError."""
        latest = {document.document_id: _encodable(document) for document in added}
        gone_ids = {*removed, *latest}
        dead = now.keys_of(gone_ids)
        passages, given_up = self._passages(list(latest.values()), now.manifest.next_key)
        if not len(dead) and not passages.chunks:
            return now.manifest
        draft = _Draft(self._folder, now, self._sizes)
        draft.drop(dead)
        draft.add(passages)
        rows = [
            TextRow(key, passages.documents[owner], chunk, self._names(passages.documents[owner]))
            for key, owner, chunk in zip(passages.keys, passages.owners, passages.chunks, strict=True)
        ]
        draft.write_texts(rows, gone_ids)
        self._forget(now, dead, passages)
        given_up += now.manifest.given_up
        return replace(draft.sealed(), model=self._embedder.model_id, given_up=given_up)

    def _forget(self, now: Generation, dead: Array, passages: Passages) -> None:
        """Drops the cached vectors of passages that go, unless they come back."""
        owned = zip(passages.owners, passages.chunks, strict=True)
        present = {self._hash(passage_text(passages.documents[owner], chunk)) for owner, chunk in owned}
        gone = {self._hash(passage_text(*now.passage(int(row)))) for row in now.rows(dead.tolist())}
        self._cache.forget(list(gone - present))

    def _passages(self, documents: Sequence[Document], next_key: int) -> tuple[Passages, int]:
        chunks: list[Chunk] = []
        owners: list[int] = []
        for owner, document in enumerate(documents):
            found = chunk_document(document)
            chunks += found
            owners += [owner] * len(found)
        texts = [passage_text(documents[owner], chunk) for owner, chunk in zip(owners, chunks, strict=True)]
        keys = range(next_key, next_key + len(chunks))
        vectors, given_up = self._vectors(texts)
        return Passages(documents, chunks, owners, keys, vectors), given_up

    def _vectors(self, texts: Sequence[str]) -> tuple[Array, int]:
        """A row for each text, zeros where there is no vector to be had, and for how many of them it was tried."""
        hashes = [self._hash(text) for text in texts]
        known = dict(self._shipped(hashes))
        known |= self._cache.find([key for key in dict.fromkeys(hashes) if key not in known])
        wanted = {key: text for key, text in zip(hashes, texts, strict=True) if key not in known}
        fresh = self._embed(wanted)
        self._cache.keep(fresh)
        known |= fresh
        nothing = np.zeros(DIMENSIONS, np.float16)
        rows = [known.get(key, nothing) for key in hashes]
        given_up = sum(key not in known for key in hashes) if self._embedder.fault is None else 0
        return np.stack(rows) if rows else np.zeros((0, DIMENSIONS), np.float16), given_up

    def _embed(self, texts: Mapping[bytes, str]) -> dict[bytes, Array]:
        try:
            vectors = self._embedder.embed_now(list(texts.values())).astype(np.float16)
        except EmbeddingUnavailable:
            # One text that cannot be embedded must not take the others with it.
            alone = ((key, self._embed_alone(text)) for key, text in texts.items())
            return {key: vector for key, vector in alone if vector is not None}
        return dict(zip(texts, vectors, strict=True))

    def _embed_alone(self, text: str) -> Array | None:
        try:
            vector: Array = self._embedder.embed_now([text])[0].astype(np.float16)
        except EmbeddingUnavailable:
            return None
        return vector

    def _hash(self, text: str) -> bytes:
        return vector_key(self._embedder.model_id, text)

    def _names(self, document: Document) -> tuple[str, ...]:
        return tuple(name for asset_id in document.asset_ids for name in self._asset_names(asset_id))


class _Draft:
    """The next state while it is made."""

    def __init__(self, folder: Path, now: Generation, sizes: Sizes) -> None:
        self._folder = folder
        self._sizes = sizes
        self._now = now
        self._gone = now.gone
        self._all_anew = False
        generation = now.manifest.generation + 1
        while any(entry.name.endswith(f"-{generation}") for entry in folder.iterdir()):
            generation += 1  # left over from a writer that was killed
        self.manifest = replace(now.manifest, generation=generation)

    def drop(self, dead: Array) -> None:
        self._gone = np.union1d(self._gone, dead)
        self._all_anew = len(self._gone) > self._sizes.gone_ratio * sum(map(len, self._now.parts))

    def add(self, passages: Passages) -> None:
        """Writes the new passages, and with them the newest parts that are no larger: so there are few parts, and a
        passage is rewritten only as often as the index doubles."""
        kept = list(range(len(self._now.parts)))
        size = len(passages.chunks)
        sources = [(new_part(passages), np.arange(size))] if size else []
        while kept and self._joins(len(self._now.parts[kept[-1]]), size):
            part = self._now.parts[kept.pop()]
            rows = np.flatnonzero(~np.isin(part.keys, self._gone))
            self._gone = np.setdiff1d(self._gone, part.keys)
            if len(rows):
                sources.insert(0, (part, rows))
                size += len(rows)
        names = [self._now.manifest.parts[number] for number in kept]
        for number, group in enumerate(_groups(sources, self._sizes.most_rows)):
            names.append(f"part{number or ''}-{self.manifest.generation}")
            write_part(self._folder / names[-1], group, self._sizes.signed_rows)
        next_key = self.manifest.next_key + len(passages.chunks)
        self.manifest = replace(self.manifest, parts=tuple(names), next_key=next_key, gone=self._write_gone())

    def _joins(self, rows: int, size: int) -> bool:
        return self._all_anew or (rows <= size and rows + size <= self._sizes.most_rows)

    def _write_gone(self) -> str | None:
        if not len(self._gone):
            return None
        name = f"gone-{self.manifest.generation}"
        write_arrays(self._folder / name, {"keys": self._gone.astype(np.uint64)})
        return name

    def write_texts(self, rows: Iterable[TextRow], removed: Collection[str]) -> None:
        name = f"texts-{self.manifest.generation}"
        before = self._folder / self._now.manifest.texts if self._now.manifest.texts else None
        write_full_text(self._folder / name, before, rows, removed)
        self.manifest = replace(self.manifest, texts=name)

    def sealed(self) -> Manifest:
        """With a seal for every file; those that were there before keep theirs, shared ones under their new name."""
        manifest, before = self.manifest, self._now.manifest
        names = [*manifest.parts, *filter(None, [manifest.gone])]
        names += [f"{manifest.texts}/{entry.name}" for entry in (self._folder / manifest.texts).iterdir()]
        known = {
            name.replace(f"{before.texts}/", f"{manifest.texts}/"): each
            for name, each in before.files.items()
            if not name.endswith(".json")
        }
        fresh = seal(self._folder, [name for name in names if name not in known])
        return replace(manifest, files={name: fresh.get(name) or known[name] for name in names})


def _groups(sources: Sequence[tuple[Part, Array]], most_rows: int) -> Iterator[list[tuple[Part, Array]]]:
    """In their order, no more rows in a group than a part may have unless one alone has more."""
    group: list[tuple[Part, Array]] = []
    for part, rows in sources:
        if group and sum(len(each) for _, each in group) + len(rows) > most_rows:
            yield group
            group = []
        group.append((part, rows))
    if group:
        yield group


def passage_text(document: Document, chunk: Chunk) -> str:
    """What the vector is made of: a passage rarely says itself what it is about."""
    head = ". ".join(filter(None, (document.title, ", ".join(document.topics))))
    return f"{head[:_MOST_HEAD_CHARACTERS]}\n{chunk.text}"


def _encodable(document: Document) -> Document:
    return replace(
        document,
        title=encodable(document.title),
        text=encodable(document.text),
        publisher=encodable(document.publisher),
        author=None if document.author is None else encodable(document.author),
        topics=tuple(map(encodable, document.topics)),
    )


def sweep(folder: Path, kept: Sequence[Manifest]) -> None:
    """Removes files that none of the manifests names."""
    names = {name.split("/")[0] for manifest in kept for name in manifest.files}
    for entry in folder.iterdir():
        if entry.name in names or not entry.name.startswith(_OURS):
            continue
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
            continue
        try:
            entry.unlink()
        except OSError:  # still open elsewhere on a system that locks open files
            continue
