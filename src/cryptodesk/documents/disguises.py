"""What a text says beneath a disguise: look-alike letters, letters set apart, leet, and sentences in another coding.

Each look is preceded by a cheaper one, since nearly all texts wear no disguise."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
import unicodedata
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote

from cryptodesk.core.patterns import Pattern
from cryptodesk.documents.orders import begins_order, find_order

__all__ = ["decoded_sentences", "plain_shapes"]

_BASE64 = Pattern(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{24,2000}={0,2}(?![A-Za-z0-9+/_=-])")
_LONG_WORD = 24
_HEX = Pattern(r"(?<![0-9A-Za-z])(?:[0-9a-fA-F]{2}[ :]?){16,700}(?![0-9A-Za-z])")
_NOT_HEX = Pattern(r"[^0-9a-fA-F]")
# The space of a sentence whose letters are written as pairs.
_HEX_SPACES = (" 20 ", ":20:")
_PERCENT = Pattern(r"(?:%[0-9a-fA-F]{2}){4,}|(?:%20[\w,.'-]{1,30}){3,}")
_ESCAPES = Pattern(r"(?:\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|&#x?[0-9a-fA-F]{2,6};){6,400}")
_ESCAPE = Pattern(r"\\[ux]([0-9a-fA-F]{2,4})")
_BITS = Pattern(r"(?:\b[01]{8}\b[ ]?){12,400}")
_SPACED = Pattern(r"\b\w[ .\-_*]\w[ .\-_*](?:\w[ .\-_*]){2,58}\w\b")
_LONGEST_WORD = 14
_WORDS_OF_ORDERS = Pattern(
    r"ignore|disregard|forget|previous|prior|above|instructions?|prompts?|rules|system|tell|the(?=user|system)|user|your|all(?=previous|prior|rules|inst)"
)
_GAPS = Pattern(r"[ .\-_*]")
_LEET = str.maketrans("013457@$", "oieastas")
_LEET_WORD = Pattern(r"(?=[\d@$]*[a-z])[\w@$]{4,20}")
# "prev10us", unlike "erc20" and "2x".
_PARTED = Pattern(r"[a-z]{2}[013457@$]{1,2}[a-z]{2}")
_AROUND = ".,:;!?()[]{}\"'*_"
_LEET_SIGNS = frozenset("013457@$")
_ALIKE = str.maketrans("абвгдеёзікмнорстухцчшьѕјαβγεικνορτυχωοɡıɩ", "a6brdeezikmhopctyxu4wbsjabgeikvoptuxwogil")
_EMPHASIS = Pattern(r"[*_~`]{1,3}(?=\w)|(?<=\w)[*_~`]{1,3}")
# "instruc", "prompt", "system", "assistant": turned by thirteen letters, and backwards.
_TURNED = ("vafgehp", "cebzcg", "flfgrz", "nffvfgnag")
_BACKWARDS = ("curtsni", "tpmorp", "metsys", "tnatsissa")
_LEAST_WORDS, _MOST_DECODED = 3, 20


def plain_shapes(small: str) -> list[str]:
    """The text, which is in small letters, and its other readings that differ from it, all about as long."""
    shapes = [small, _closed_up(small), _without_leet(small)]
    if not small.isascii():
        shapes.append(_in_plain_letters(small))
    if any(sign in small for sign in "*_~`"):
        shapes.append(_EMPHASIS.sub("", small))
    return list(dict.fromkeys(shapes))


def _in_plain_letters(text: str) -> str:
    """Without accents and letters of other alphabets that look Latin, if that makes the word of an order."""
    words = text.split()
    read = {word: _plain_letters(word) for word in {word for word in words if not word.isascii()}}
    if not any(begins_order(plain.strip(_AROUND)) for plain in read.values()):
        return text
    return " ".join(read.get(word, word) for word in words)


def _plain_letters(word: str) -> str:
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", word) if not unicodedata.combining(mark))
    return bare.translate(_ALIKE)


def _closed_up(text: str) -> str:
    return _SPACED.sub(_close_up, text)


def _close_up(found: re.Match[str]) -> str:
    closed = _GAPS.sub("", found[0])
    # Where the words stood no further apart than the letters, those of orders are known.
    return closed if len(closed) <= _LONGEST_WORD else _WORDS_OF_ORDERS.sub(r" \g<0> ", closed)


def _without_leet(text: str) -> str:
    """With letters for digits only where that makes the word of an order: tickers are full of digits."""
    words = text.split()
    odd = {word for word in words if not word.isalpha() and not _LEET_SIGNS.isdisjoint(word)}
    read = {word: plain for word in odd if (plain := _read_leet(word)) is not None}
    return " ".join(read.get(word, word) for word in words) if read else text


def _read_leet(word: str) -> str | None:
    found = _LEET_WORD.fullmatch(word.strip(_AROUND))
    if found is None:
        return None
    plain = found[0].translate(_LEET)
    return word.translate(_LEET) if begins_order(plain) or _PARTED.search(found[0]) else None


def decoded_sentences(text: str, small: str) -> list[str]:
    """Sentences that the text holds in another coding, at most twenty of them. `small` is the text in small letters."""
    found: list[str] = []
    for decoded in _attempts(text, small):
        if decoded is not None and _is_sentence(decoded):
            found.append(decoded)
            if len(found) >= _MOST_DECODED:
                break
    return found


def _attempts(text: str, small: str) -> Iterator[str | None]:
    has_long_words = max(map(len, text.split()), default=0) >= _LONG_WORD
    if has_long_words:
        for found in _BASE64.finditer(text):
            yield _from_base64(found[0])
    if has_long_words or any(space in text for space in _HEX_SPACES):
        for found in _HEX.finditer(text):
            yield _from_hex(found[0])
    if "\\u" in text or "\\x" in text or "&#" in text:
        for found in _ESCAPES.finditer(text):
            yield _from_escapes(found[0])
    if "01" in text:
        for found in _BITS.finditer(text):
            yield _from_bytes(bytes(int(byte, 2) for byte in found[0].split()))
    if "%" in text and _PERCENT.search(text):
        yield _if_order(unquote(text), text)
    yield from _mirrored(small)


def _mirrored(small: str) -> Iterator[str | None]:
    if any(stem in small for stem in _TURNED):
        yield _if_order(codecs.encode(small, "rot13"), small)
    if any(stem in small for stem in _BACKWARDS):
        yield _if_order(small[::-1], small)


def _if_order(decoded: str, text: str) -> str | None:
    return decoded if decoded != text and find_order(decoded) else None


def _from_base64(text: str) -> str | None:
    body = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return _from_bytes(base64.b64decode(body + "=" * (-len(body) % 4), validate=True))
    except (binascii.Error, ValueError):
        return None


def _from_hex(text: str) -> str | None:
    digits = _NOT_HEX.sub("", text)
    return _from_bytes(bytes.fromhex(digits[: len(digits) // 2 * 2]))


def _from_bytes(given: bytes) -> str | None:
    try:
        return given.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _from_escapes(text: str) -> str | None:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), unescape(text))


def _is_sentence(text: str) -> bool:
    letters = sum(mark.isalpha() or mark.isspace() for mark in text)
    return len(text.split()) >= _LEAST_WORDS and letters >= 0.8 * len(text)
