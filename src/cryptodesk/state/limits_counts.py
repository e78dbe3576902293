"""Counting against limits: one action that decides whole batches of requests, inside one transaction of the database.

Reading, checking and adding are one step that no other process comes between, so that of any number of processes no
window ever admits more than its limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from msgspec import Struct

from cryptodesk.core.limits import Ask, Limit, LimitState, Window, unit_of, window_at
from cryptodesk.storage.database import Connection

__all__ = ["Correction", "Decision", "Request", "counter_of", "decide", "end_streams", "purge", "renew_streams"]

# Few forms of the statement, so that they stay prepared.
_NAMES_AT_ONCE: Final = (64, 8, 1)
_PURGED_AT_ONCE: Final = 500
# How long a window that is over is kept: a clock that was put back by less finds it again.
_KEPT_SECONDS: Final = 3600.0

_ADD: Final = """
INSERT INTO limit_uses (counter, used, ends_at) VALUES (?, ?, ?)
ON CONFLICT (counter) DO UPDATE SET used = limit_uses.used + excluded.used
"""
_CORRECT: Final = "UPDATE limit_uses SET used = used + ? WHERE counter = ?"
_OPEN: Final = """
SELECT key_id, count(*) FROM limit_streams WHERE account_id = ? AND lapses_at > ? GROUP BY key_id
"""
_BEGIN_STREAM: Final = """
INSERT INTO limit_streams (stream_id, account_id, key_id, lapses_at) VALUES (?, ?, ?, ?)
ON CONFLICT (stream_id) DO UPDATE SET lapses_at = excluded.lapses_at
"""
_END_STREAM: Final = "DELETE FROM limit_streams WHERE stream_id = ?"
_PURGE: Final = """
DELETE FROM limit_uses WHERE counter IN (SELECT counter FROM limit_uses WHERE ends_at <= ? LIMIT ?)
"""
_PURGE_STREAMS: Final = "DELETE FROM limit_streams WHERE lapses_at <= ?"
_END_ALL: Final = "DELETE FROM limit_streams"


class Request(Struct, frozen=True):
    """A run that asks to be counted against `limits`, with `tokens` set aside for it, at the moment `asked_at`. What
    `is_forced` was used already and is counted whatever the limits."""

    ask: Ask
    limits: tuple[Limit, ...]
    tokens: int
    asked_at: float
    stream_lapses_at: float = 0.0
    requests: int = 1
    is_forced: bool = False


class Correction(Struct, frozen=True):
    """What a run that ended gives back: to each counter that set tokens aside for it the difference, and its stream."""

    counters: tuple[str, ...] = ()
    tokens: int = 0
    stream_id: str = ""


class Decision(Struct, frozen=True):
    """What is used of each limit now; `refused` is the first that had no room, and then nothing was counted."""

    states: tuple[LimitState, ...]
    refused: LimitState | None = None


def counter_of(limit: Limit, window: Window) -> str:
    return f"{limit.scope}:{limit.measure}:{window.starts_at}:{limit.scope_id}"


def decide(connection: Connection, requests: Sequence[Request], corrections: Sequence[Correction]) -> list[Decision]:
    """One for each request, in their order. For a database's `write`."""
    _correct(connection, corrections)
    count = _Count(connection, requests)
    decisions = [count.decide(request) for request in requests]
    count.write(connection)
    return decisions


def renew_streams(connection: Connection, requests: Iterable[Request], lapses_at: float) -> None:
    connection.executemany(_BEGIN_STREAM, [_stream_row(request.ask, lapses_at) for request in requests])


def end_streams(connection: Connection) -> int:
    """How many there were. Only for the sole process of a database, before it serves."""
    return connection.execute(_END_ALL).rowcount


def purge(connection: Connection, now: float) -> int:
    """How many windows that are long over were deleted now, at most a few hundred."""
    connection.execute(_PURGE_STREAMS, (now - _KEPT_SECONDS,))
    return connection.execute(_PURGE, (now - _KEPT_SECONDS, _PURGED_AT_ONCE)).rowcount


class _Count:
    """What is used, as it was read and with what this batch adds."""

    def __init__(self, connection: Connection, requests: Sequence[Request]) -> None:
        self._windows = {
            (limit, request.asked_at): window_at(limit.measure, request.asked_at)
            for request in requests
            for limit in request.limits
        }
        names = {counter_of(limit, window) for (limit, _), window in self._windows.items() if window is not None}
        self._used = dict(_read(connection, sorted(names)))
        self._streams = _open_streams(connection, requests)
        self._added: dict[str, tuple[int, float]] = {}
        self._begun: list[Request] = []

    def decide(self, request: Request) -> Decision:
        found = [self._state(limit, request) for limit in request.limits]
        wanted = [_wanted(limit, request) for limit in request.limits]
        for state, more in zip(found, wanted, strict=True):
            if more and not request.is_forced and state.used + more > state.limit.amount:
                return Decision(tuple(found), state)
        for limit, more in zip(request.limits, wanted, strict=True):
            self._add(limit, request, more)
        if any(limit.measure == "streams" for limit in request.limits) and request.ask.is_stream:
            self._begun.append(request)
        return Decision(
            tuple(
                LimitState(state.limit, state.used + more, state.resets_at)
                for state, more in zip(found, wanted, strict=True)
            )
        )

    def write(self, connection: Connection) -> None:
        if self._added:
            connection.executemany(_ADD, [(name, more, ends_at) for name, (more, ends_at) in self._added.items()])
        if self._begun:
            rows = [_stream_row(request.ask, request.stream_lapses_at) for request in self._begun]
            connection.executemany(_BEGIN_STREAM, rows)

    def _state(self, limit: Limit, request: Request) -> LimitState:
        window = self._windows[limit, request.asked_at]
        if window is None:
            return LimitState(limit, self._streams[limit.scope, limit.scope_id])
        name = counter_of(limit, window)
        used = self._used.get(name, 0) + self._added.get(name, (0, 0.0))[0]
        return LimitState(limit, used, datetime.fromtimestamp(window.ends_at, UTC))

    def _add(self, limit: Limit, request: Request, more: int) -> None:
        window = self._windows[limit, request.asked_at]
        if window is None:
            self._streams[limit.scope, limit.scope_id] += more
        elif more:
            name = counter_of(limit, window)
            self._added[name] = (self._added.get(name, (0, 0.0))[0] + more, window.ends_at)


def _wanted(limit: Limit, request: Request) -> int:
    match unit_of(limit.measure):
        case "requests":
            return request.requests
        case "tokens":
            return request.tokens
        case _:
            return int(request.ask.is_stream)


def _read(connection: Connection, names: Sequence[str]) -> Iterator[tuple[str, int]]:
    left = iter(names)
    count = len(names)
    while count > 0:
        size = next(size for size in _NAMES_AT_ONCE if size <= count)
        chunk = list(islice(left, size))
        count -= size
        marks = ", ".join("?" * size)
        sql = f"SELECT counter, used FROM limit_uses WHERE counter IN ({marks})"  # noqa: S608 - question marks
        yield from connection.execute(sql, chunk).fetchall()


def _open_streams(connection: Connection, requests: Sequence[Request]) -> Counter[tuple[str, str]]:
    """By key and by account, of the accounts that are asked about."""
    found: Counter[tuple[str, str]] = Counter()
    accounts = {
        request.ask.caller.account_id: request.asked_at
        for request in requests
        if any(limit.measure == "streams" for limit in request.limits)
    }
    for account_id, now in accounts.items():
        for key_id, count in connection.execute(_OPEN, (account_id, now)).fetchall():
            found["key", key_id] += count
            found["account", account_id] += count
    return found


def _correct(connection: Connection, corrections: Sequence[Correction]) -> None:
    changed = [(each.tokens, name) for each in corrections if each.tokens for name in each.counters]
    if changed:
        connection.executemany(_CORRECT, changed)
    ended = [(each.stream_id,) for each in corrections if each.stream_id]
    if ended:
        connection.executemany(_END_STREAM, ended)


def _stream_row(ask: Ask, lapses_at: float) -> tuple[str, str, str, float]:
    return (ask.ask_id, ask.caller.account_id, ask.caller.key_id, lapses_at)
