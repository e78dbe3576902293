"""Turns kept between the calls of a tool loop, for vendors that want something back beside the results.

The desk's messages carry text, calls and results, and nothing that is one vendor's; so a provider itself keeps what it
was sent. What was kept is found again only by everything that stood before it, so that no other conversation, however
alike its call ids, can reach it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Generic, TypeVar

import msgspec

from cryptodesk.core.messages import Message

__all__ = ["KeptTurns", "Prefix", "is_same_turn"]

_MAX_BYTES = 16_000_000
_MAX_TURN_BYTES = 2_000_000

_encode = msgspec.json.Encoder().encode

_Turn = TypeVar("_Turn")


class Prefix:
    """A running fingerprint of what was sent before a turn."""

    __slots__ = ("_hash",)

    def __init__(self, *parts: object) -> None:
        self._hash = blake2b(digest_size=24)
        for part in parts:
            self.add(part)

    def add(self, part: object) -> None:
        encoded = _encode(part)
        self._hash.update(b"%d:" % len(encoded))
        self._hash.update(encoded)

    def key(self) -> bytes:
        return self._hash.digest()


class KeptTurns(Generic[_Turn]):
    """Turns by the key of what stood before them, the longest unused forgotten first.

    In this process only: a follow-up that another process serves, or one after a restart, goes without."""

    __slots__ = ("_bytes", "_max_bytes", "_turns")

    def __init__(self, max_bytes: int | None = None) -> None:
        self._turns: OrderedDict[bytes, tuple[_Turn, int]] = OrderedDict()
        self._max_bytes = _MAX_BYTES if max_bytes is None else max_bytes
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._turns)

    def keep(self, key: bytes, turn: _Turn) -> None:
        """One of unreasonable size is not kept."""
        size = len(_encode(turn))
        if size > _MAX_TURN_BYTES:
            return
        self._forget(key)
        self._turns[key] = (turn, size)
        self._bytes += size
        while self._bytes > self._max_bytes:
            self._forget(next(iter(self._turns)))

    def recall(self, key: bytes, fits: Callable[[_Turn], bool] | None = None) -> _Turn | None:
        """The turn as it was kept; None too if it is not the one that `fits`."""
        found = self._turns.get(key)
        if found is None or (fits is not None and not fits(found[0])):
            return None
        self._turns.move_to_end(key)
        return found[0]

    def _forget(self, key: bytes) -> None:
        found = self._turns.pop(key, None)
        if found is not None:
            self._bytes -= found[1]


def is_same_turn(message: Message, text: str, calls: Sequence[tuple[str | None, str, bytes]]) -> bool:
    """Whether `message` says `text` and makes `calls`: ids, names and arguments, which may be spaced otherwise."""
    said = [(call.call_id, call.name, _value(call.arguments.encode(errors="replace"))) for call in message.tool_calls]
    kept = [(call_id, name, _value(arguments)) for call_id, name, arguments in calls]
    return text.strip() == message.text.strip() and kept == said


def _value(arguments: bytes) -> object:
    try:
        return msgspec.json.decode(arguments)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return arguments
