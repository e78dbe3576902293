"""What is done to a request: a few random bytes are changed, put in, taken out, doubled or cut off."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from msgspec import Struct

from bench.proof.mutating.seeds import Seed

__all__ = ["Sent", "encode", "mutate", "mutated"]

_BODY_SHARE = 0.8
_TARGET_SHARE = 0.6
# Few are the likelier ones: what is still JSON comes further.
_COUNTS = (1, 1, 1, 1, 2, 2, 3, 6)
# Bytes that mean something to a reader of JSON, HTTP or UTF-8 are the likelier ones.
_MEANING = b'{}[]",:\\/0-9.eE+ntf%&?=#\x00\r\n\t \x7f\x80\xc3\xe2\xed\xf0\xff'


class Sent(Struct, frozen=True):
    """The bytes of one request. `is_framed`: head and length are as they should be, so the server must answer in the
    dialect's own words, and the connection can be used again."""

    data: bytes
    is_framed: bool


def mutated(seed: Seed, random: Random) -> Sent:
    """A mutation of the seed: mostly of its body, or of its path and query where it has none, else of any byte."""
    if seed.body and random.random() < _BODY_SHARE:
        return Sent(encode(seed, body=mutate(seed.body, random)), True)
    if random.random() < _TARGET_SHARE and not seed.body:
        return Sent(encode(seed, target=_mutated_target(seed, random)), False)
    return Sent(mutate(encode(seed), random), False)


def encode(seed: Seed, *, target: bytes | None = None, body: bytes | None = None) -> bytes:
    """The request as it goes over the wire."""
    body = seed.body if body is None else body
    target = seed.target.encode() if target is None else target
    lines = [*seed.headers, *([f"Content-Length: {len(body)}"] if seed.method != "GET" else [])]
    return b"%b %b HTTP/1.1\r\n%b\r\n\r\n%b" % (seed.method.encode(), target, "\r\n".join(lines).encode(), body)


def _mutated_target(seed: Seed, random: Random) -> bytes:
    target = seed.target.encode()
    kept, rest = target[: seed.fixed], target[seed.fixed :] or b"?a=b"
    return kept + mutate(rest, random)


def mutate(data: bytes, random: Random) -> bytes:
    """One to six changes of the bytes."""
    changed = bytearray(data)
    for _ in range(random.choice(_COUNTS)):
        random.choice(_CHANGES)(changed, random)
    return bytes(changed)


def _at(data: bytearray, random: Random) -> int:
    return random.randrange(len(data)) if data else 0


def _byte(random: Random) -> int:
    return random.choice(_MEANING) if random.random() < 0.5 else random.randrange(256)


def _flip(data: bytearray, random: Random) -> None:
    if data:
        data[_at(data, random)] ^= 1 << random.randrange(8)


def _replace(data: bytearray, random: Random) -> None:
    if data:
        data[_at(data, random)] = _byte(random)


def _insert(data: bytearray, random: Random) -> None:
    data.insert(_at(data, random), _byte(random))


def _delete(data: bytearray, random: Random) -> None:
    at = _at(data, random)
    del data[at : at + random.randint(1, 8)]


def _double(data: bytearray, random: Random) -> None:
    at = _at(data, random)
    data[at:at] = data[at : at + random.randint(1, 64)] * random.choice((1, 1, 1, 40))


def _cut(data: bytearray, random: Random) -> None:
    if random.random() < 0.3:
        del data[_at(data, random) :]


_CHANGES: tuple[Callable[[bytearray, Random], None], ...] = (
    _flip,
    _flip,
    _replace,
    _replace,
    _insert,
    _delete,
    _double,
    _cut,
)
