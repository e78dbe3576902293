"""The head: how likely each reading of a question is, from its sentence vector. A multinomial logistic regression whose
weights ship beside this file; `scripts/train_head.py` makes them.

Only rows of the readings that tie are multiplied: probabilities are among these, given that it is one of them.
"""

from __future__ import annotations

import logging
import math
import struct
from collections.abc import Mapping, Sequence
from importlib.resources import files
from operator import mul
from zlib import crc32

import msgspec
from msgspec import Struct

from cryptodesk.models.analyst.ties import Tie, TieBreak

__all__ = ["FILE_NAME", "Head", "load_head", "pack_head", "parse_head"]

log = logging.getLogger("cryptodesk.analyst")

FILE_NAME = "head.bin"
_MAGIC = b"cryptodesk-head-1\n"

# Measured by cross-validation (`train_head.py --measure`): the parser's order is an opinion too, worth e^40 per unit of
# confidence (0.03 are odds of 3 to 1). At eight in ten the head mended 6 ties of 125 and broke none; at seven 10 and 4.
_TRUST_IN_ORDER = 40.0
_CLEAR = 0.8


class _Header(Struct, frozen=True):
    model_id: str
    fingerprint: str
    dimensions: int
    classes: tuple[str, ...]
    checksum: int


class Head:
    """`model_id` is the encoder whose vectors it reads, `fingerprint` that of the examples it was trained on."""

    def __init__(self, header: _Header, payload: bytes) -> None:
        self.model_id = header.model_id
        self.fingerprint = header.fingerprint
        self.dimensions = header.dimensions
        self.classes = header.classes
        self._places = {name: place for place, name in enumerate(header.classes)}
        self._payload = payload

    def row(self, name: str) -> tuple[float, ...]:
        """The weights of a class, its bias last. Raises: KeyError."""
        width = self.dimensions + 1
        return struct.unpack_from(f"<{width}e", self._payload, self._places[name] * width * 2)

    def known(self, tie: Tie) -> tuple[tuple[str, float], ...]:
        """The candidates it can weigh; fewer than two if it has no opinion on the tie. The parser's own choice has to
        be among them: nothing can be said against what is not known."""
        found = tuple(each for each in tie.candidates if each[0] in self._places)
        return found if found[:1] == tie.candidates[:1] else ()

    def weigh(self, vector: Sequence[float], tie: Tie) -> TieBreak | None:
        """None where it has no opinion, or the vector is none of its encoder's."""
        candidates = self.known(tie)
        if len(candidates) < 2 or len(vector) != self.dimensions:
            return None
        scores = {name: self._score(name, vector) for name, _ in candidates}
        if not all(map(math.isfinite, scores.values())):
            return None
        first, best = candidates[0]
        biased = {name: scores[name] - _TRUST_IN_ORDER * (best - confidence) for name, confidence in candidates}
        likeliest, share = max(_shares(biased).items(), key=lambda item: item[1])
        weighed = sorted(_shares(scores).items(), key=lambda item: -item[1])
        return TieBreak(likeliest if share >= _CLEAR else first, tuple((name, round(p, 4)) for name, p in weighed))

    def _score(self, name: str, vector: Sequence[float]) -> float:
        *weights, bias = self.row(name)
        return math.fsum(map(mul, weights, vector)) + bias


def _shares(scores: Mapping[str, float]) -> dict[str, float]:
    highest = max(scores.values())
    powers = {name: math.exp(score - highest) for name, score in scores.items()}
    total = sum(powers.values())
    return {name: power / total for name, power in powers.items()}


def pack_head(model_id: str, fingerprint: str, rows: Mapping[str, Sequence[float]]) -> bytes:
    """The file's bytes: the same for the same weights. Each row ends with its bias."""
    payload = b"".join(struct.pack(f"<{len(row)}e", *row) for row in rows.values())
    dimensions = len(next(iter(rows.values()))) - 1
    header = _Header(model_id, fingerprint, dimensions, tuple(rows), crc32(payload))
    return _MAGIC + msgspec.json.encode(header) + b"\n" + payload


def parse_head(content: bytes) -> Head:
    """Raises: ValueError if the bytes are not those of a whole file."""
    if not content.startswith(_MAGIC):
        raise ValueError("not a file of weights of this version")
    line, _, payload = content[len(_MAGIC) :].partition(b"\n")
    try:
        header = msgspec.json.decode(line, type=_Header)
    except msgspec.DecodeError as error:
        raise ValueError(f"the header cannot be read: {error}") from None
    if header.dimensions < 1 or len(payload) != len(header.classes) * (header.dimensions + 1) * 2:
        raise ValueError("weights are missing")
    if crc32(payload) != header.checksum:
        raise ValueError("the weights are damaged")
    return Head(header, payload)


def load_head() -> Head | None:
    """The shipped head; None, which is logged, if it cannot be had."""
    try:
        return parse_head((files("cryptodesk.models.analyst") / FILE_NAME).read_bytes())
    except (OSError, ValueError) as error:
        log.warning("close calls are left to the rules: %s: %s", FILE_NAME, error)
        return None
