"""Documents made ready to be written: cut into passages, in the form that a database can hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterable, Iterator

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cryptodesk.documents.chunking import chunk_document
from cryptodesk.documents.index.fulltext import TextRow
from cryptodesk.documents.index.scoring import DECAYING_TYPES
from cryptodesk.documents.index.vector_cache import vector_key
from cryptodesk.documents.index.writer import encodable, passage_text
from cryptodesk.documents.postgres.lexemes import Lexemes, lexemes_of
from cryptodesk.documents.records import Chunk, Document

__all__ = ["AssetNames", "Prepared", "batches", "decode_head", "head_of", "passage_texts", "prepare", "storable"]

AssetNames = Callable[[int], Collection[str]]

_MOST_IN_BATCH, _MOST_CHARACTERS_IN_BATCH = 1_000, 4_000_000
_ENCODE = msgspec.msgpack.Encoder()
_DECODE = msgspec.msgpack.Decoder(Document)


class Prepared(Struct, frozen=True):
    """A document with its passages; of one without passages there is nothing to keep."""

    document: Document
    chunks: tuple[Chunk, ...]
    lexemes: tuple[Lexemes, ...]
    text_hashes: tuple[bytes, ...]

    def document_row(self, number: int) -> tuple[object, ...]:
        document = self.document
        known_at = document.known_at.timestamp()
        return (number, document.document_id, document.content_hash, known_at, head_of(document))

    def passage_rows(
        self, number: int, free: Iterator[int], hopeless: Collection[bytes]
    ) -> Iterator[tuple[object, ...]]:
        """`free` are numbers for passages; `hopeless` are texts that no vector could be made of."""
        document = self.document
        published_at = None if document.published_at is None else document.published_at.timestamp()
        for at, chunk in enumerate(self.chunks):
            text_hash, lexemes = self.text_hashes[at], self.lexemes[at]
            yield (
                *(next(free), number, chunk.number),
                *(document.type, document.source, document.language, list(document.asset_ids)),
                *(document.known_at.timestamp(), published_at, document.type in DECAYING_TYPES),
                *(text_hash in hopeless, text_hash),
                *(chunk.text, lexemes.words, list(lexemes.names)),
            )  # fmt: skip

    def lexeme_counts(self) -> Counter[tuple[bool, str]]:
        """In how many of the passages each word and each name is."""
        words = Counter((False, key) for each in self.lexemes for key in each.word_keys)
        words.update((True, key) for each in self.lexemes for key in each.names)
        return words


def storable(text: str) -> str:
    """The text without halves of characters and without NUL, which no text of the database can hold."""
    return encodable(text).replace("\x00", "?")


def _storable(document: Document) -> Document:
    return replace(
        document,
        document_id=storable(document.document_id),
        source=storable(document.source),
        publisher=storable(document.publisher),
        title=storable(document.title),
        text=storable(document.text),
        content_hash=storable(document.content_hash),
        url=None if document.url is None else storable(document.url),
        author=None if document.author is None else storable(document.author),
        topics=tuple(map(storable, document.topics)),
        language=storable(document.language),
    )


def batches(documents: Iterable[Document]) -> Generator[list[Document]]:
    """Not too many at once, and no more text than is cut into some thousand passages."""
    batch: list[Document] = []
    characters = 0
    for document in documents:
        batch.append(_storable(document))
        characters += len(document.text)
        if len(batch) >= _MOST_IN_BATCH or characters >= _MOST_CHARACTERS_IN_BATCH:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def passage_texts(documents: Iterable[Document], model_id: str) -> dict[bytes, str]:
    """What vectors are made of, by the key that they are known by."""
    texts = (passage_text(document, chunk) for document in documents for chunk in chunk_document(document))
    return {vector_key(model_id, text): text for text in texts}


def prepare(documents: Iterable[Document], asset_names: AssetNames, model_id: str) -> list[Prepared]:
    """Of several documents of one id the last."""
    latest = {document.document_id: document for document in documents}
    return [found for each in latest.values() if (found := _prepared(each, asset_names, model_id)).chunks]


def _prepared(document: Document, asset_names: AssetNames, model_id: str) -> Prepared:
    chunks = chunk_document(document)
    names = tuple(storable(name) for asset_id in document.asset_ids for name in asset_names(asset_id))
    return Prepared(
        document,
        chunks,
        tuple(lexemes_of(TextRow(0, document, chunk, names)) for chunk in chunks),
        tuple(vector_key(model_id, passage_text(document, chunk)) for chunk in chunks),
    )


def head_of(document: Document) -> bytes:
    """The document without its text, as it is kept."""
    return _ENCODE.encode(replace(_storable(document), text=""))


def decode_head(head: bytes) -> Document:
    """The document without its text."""
    return _DECODE.decode(head)
