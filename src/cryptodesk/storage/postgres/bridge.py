"""Lets a synchronous action use a connection that is asynchronous.

The action runs in a thread of its own, and in turns with the event loop: while it computes, the loop stands still, and
while the loop talks to the server, the action waits. Two threads that ran at once would contend for the interpreter
lock, and under load the action, which holds up all other writers, would hardly ever get it (docs/decisions/0001)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, NamedTuple, TypeAlias

from cryptodesk.storage.database import Connection, Outcome

__all__ = ["Asked", "Bridge"]

# An action that computes for longer is waited for without standing still.
_PATIENCE_SECONDS = 0.02


class Asked(NamedTuple):
    """A statement whose outcome is wanted. With `is_many` it is run for each of `parameters`, and brings nothing."""

    sql: str
    parameters: Sequence[Any]
    is_many: bool = False


Execute: TypeAlias = Callable[[Asked], Awaitable[Outcome]]


class _Failure:
    __slots__ = ("error",)

    def __init__(self, error: BaseException) -> None:
        self.error = error


class _Returned:
    __slots__ = ("result",)

    def __init__(self, result: Any) -> None:
        self.result = result


class Bridge:
    """One thread, started with the first action. Runs one action at a time."""

    def __init__(self) -> None:
        self._given: SimpleQueue[Any] = SimpleQueue()
        self._told: SimpleQueue[Asked | _Returned | _Failure] = SimpleQueue()
        self._thread: Thread | None = None

    async def run(self, action: Callable[[Connection], Any], execute: Execute) -> Any:
        """What the action returned, or raised. A statement that fails raises in the action."""
        if self._thread is None:
            self._thread = Thread(target=self._serve, name="cryptodesk-action", daemon=True)
            self._thread.start()
        self._given.put(action)
        while isinstance(told := await self._listen(), Asked):
            try:
                self._given.put(await execute(told))
            except BaseException as error:
                self._given.put(_Failure(error))
                if not isinstance(error, Exception):  # cancelled: the action ends before anything else does
                    await self._listen_to_the_end()
                    raise
        if isinstance(told, _Failure):
            raise told.error
        return told.result

    def close(self) -> None:
        if self._thread is not None:
            self._given.put(None)
            self._thread.join()
            self._thread = None

    async def _listen(self) -> Asked | _Returned | _Failure:
        try:
            return self._told.get(timeout=_PATIENCE_SECONDS)
        except Empty:
            return await asyncio.to_thread(self._told.get)

    async def _listen_to_the_end(self) -> None:
        while isinstance(told := await self._listen(), Asked):
            self._given.put(_Failure(RuntimeError(f"the transaction was given up before {told.sql!r}")))

    def _serve(self) -> None:
        lent = _Lent(self._given, self._told)
        while (action := self._given.get()) is not None:
            try:
                told: _Returned | _Failure = _Returned(action(lent))
            except BaseException as error:
                told = _Failure(error)
            self._told.put(told)


class _Lent:
    """The connection as the action sees it."""

    __slots__ = ("_given", "_told")

    def __init__(self, given: SimpleQueue[Any], told: SimpleQueue[Any]) -> None:
        self._given = given
        self._told = told

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Outcome:
        return self._ask(Asked(sql, parameters))

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> Outcome:
        return self._ask(Asked(sql, list(rows), is_many=True))

    def _ask(self, asked: Asked) -> Outcome:
        self._told.put(asked)
        answer: Outcome | _Failure = self._given.get()
        if isinstance(answer, _Failure):
            raise answer.error
        return answer
