"""A recorded run, run again: the same request through the same dialect, engine and encoder, from what was recorded."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct

import cryptodesk.dialects
from cryptodesk.app.desk import Desk
from cryptodesk.app.reading import DeskReader
from cryptodesk.app.recording.format import VERSION, Circumstances, Given, Recording, decode
from cryptodesk.app.recording.labels import encode_event
from cryptodesk.app.recording.opening import open_store
from cryptodesk.app.replaying.compare import first_difference
from cryptodesk.app.replaying.loop import JumpingLoop, Stalled
from cryptodesk.app.replaying.player import Player
from cryptodesk.app.replaying.tape import PlayedTape
from cryptodesk.core.discover import discover
from cryptodesk.core.errors import InternalError, NotFound
from cryptodesk.core.events import RunFold
from cryptodesk.core.requests import Caller
from cryptodesk.core.tapes import TAPE
from cryptodesk.dialects._idempotent import IDEMPOTENCY_HEADER
from cryptodesk.dialects._ports import ASGIApp, Dialect, DialectPorts, Message, Scope
from cryptodesk.ledger.idempotency import AnswerClaim, AnswerStore, StoredAnswer
from cryptodesk.settings import Settings

__all__ = ["LoadedRun", "Replayed", "load_run", "replay"]

# Longer than the longest run that settings allow a desk to be asked for in a test of patience.
_LONGEST_SECONDS = 7 * 24 * 3600.0


class LoadedRun(Struct, frozen=True):
    recording: Recording
    circumstances: Circumstances


class Replayed(Struct, frozen=True):
    """`difference` is the first one, empty where the bytes are the same; `strayed` says where the run left the recorded
    way, which may be without effect on a byte. `fold` is what the run came to."""

    given: Given
    difference: str
    strayed: str
    fold: RunFold


def load_run(settings: Settings, run_id: str) -> LoadedRun:
    """Raises: NotFound, InternalError for a recording that cannot be read."""
    stored = open_store(settings).find(run_id)
    if stored is None:
        raise NotFound(f"There is no recording of run {run_id!r}: none was made, or it is past its retention.")
    try:
        circumstances = msgspec.msgpack.decode(stored.common, type=Circumstances)
        if circumstances.version != VERSION:
            raise InternalError(f"The recording is of version {circumstances.version}, this program reads {VERSION}.")
        return LoadedRun(decode(stored.body), circumstances)
    except msgspec.MsgspecError as error:
        raise InternalError(f"The recording of run {run_id!r} cannot be read: {error}") from None


def replay(settings: Settings, run: LoadedRun) -> Replayed:
    """Calls no model and no tool, charges and stores nothing.

    Raises: NotFound where the recording leaves out what a replay needs."""
    recording, known = run.recording, run.circumstances
    if recording.missing:
        raise NotFound(f"Run {recording.run_id!r} cannot be replayed: {recording.missing}.")
    then = settings.model_copy(
        update={
            "data": known.data,
            "simulated_seed": known.simulated_seed,
            "simulated_coins": known.simulated_coins,
            "verification": known.verification,
            "citation_entailment": known.citation_entailment,
            "recording": "off",
        }
    )
    player, tape = Player(recording), PlayedTape(recording)
    desk = Desk(then, taping=player)
    try:
        given = _play(desk, recording, known, tape)
    finally:
        asyncio.run(desk.__aexit__())
    return Replayed(given, first_difference(recording.given, given), tape.strayed, player.fold)


def _play(desk: Desk, recording: Recording, known: Circumstances, tape: PlayedTape) -> Given:
    given = Given()
    loop = JumpingLoop()
    TAPE.set(tape)
    quiet = logging.getLogger("cryptodesk")
    level = quiet.level
    # What went wrong then is logged already.
    quiet.setLevel(logging.CRITICAL)
    try:
        asking = _ask(desk, recording, known, given) if recording.asked.path else _run(desk, recording, given)
        with suppress(Stalled, TimeoutError):
            loop.run_until_complete(asyncio.wait_for(asking, _LONGEST_SECONDS))
    finally:
        quiet.setLevel(level)
        TAPE.set(None)
        _close(loop)
    return given


def _close(loop: JumpingLoop) -> None:
    """Ends what still waits, so that nothing complains of it."""
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()

    async def end() -> None:
        await asyncio.gather(*left, return_exceptions=True)
        await loop.shutdown_asyncgens()

    with suppress(Stalled):
        loop.run_until_complete(end())
    loop.close()


# -- a request ---------------------------------------------------------------------------------------------------------


async def _ask(desk: Desk, recording: Recording, known: Circumstances, given: Given) -> None:
    asked = recording.asked
    endpoint = _endpoint(desk, recording, known)
    loop = asyncio.get_running_loop()
    unread = [asked.body]

    async def receive() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        if asked.left_at is None:
            await loop.create_future()
        await asyncio.sleep(max(0.0, (asked.left_at or 0.0) - loop.time()))
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            given.status, given.headers = message["status"], list(message["headers"])
        else:
            given.pieces.append(message.get("body", b""))
            given.is_whole = not message.get("more_body", False)

    headers = [*asked.headers, *(((IDEMPOTENCY_HEADER, b"replay"),) if asked.is_keyed else ())]
    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": asked.path,
        "query_string": b"",
        "headers": [*headers, (b"content-length", b"%d" % len(asked.body))],
    }
    await endpoint(scope, receive, send)


def _endpoint(desk: Desk, recording: Recording, known: Circumstances) -> ASGIApp:
    """Raises: NotFound where this program has no such route."""
    ports = DialectPorts(
        engine=desk.engine,
        keys=_Known(recording.caller or Caller("", "")),
        clock=desk.taping.clock(desk.clock, "edge"),
        built_in_tools=frozenset(known.built_in_tools),
        settings=known.dialects,
        require_model=lambda model_id: None,
        limits=known.limits,
        research=desk.graph,
        research_model=known.research_model,
        answers=_NoAnswers() if recording.asked.is_keyed else None,
        reader=DeskReader(desk),
    )
    dialects: dict[str, Dialect] = discover(cryptodesk.dialects, "DIALECT")
    for dialect in dialects.values():
        for route in dialect.routes(ports):
            if route.path == recording.asked.path:
                return route.endpoint
    raise NotFound(f"This program has no route {recording.asked.path!r}.")


class _Known:
    """Lets everybody in as the caller of then."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def authenticate(self, presented_key: str, now: datetime) -> Caller | None:
        return self._caller


class _NoAnswers(AnswerStore):
    """Every key is new, and nothing is kept under it."""

    def __init__(self) -> None:
        """Needs no database."""

    async def begin(self, claim: AnswerClaim) -> StoredAnswer | Literal["begun", "running", "other"]:
        return "begun"

    async def finish(self, claim: AnswerClaim, answer: StoredAnswer) -> None:
        """Nothing is kept."""

    async def forget(self, claim: AnswerClaim) -> None:
        """Nothing was kept."""


# -- a run of the desk's own -------------------------------------------------------------------------------------------


async def _run(desk: Desk, recording: Recording, given: Given) -> None:
    """A research job, or a question on the command line: its events are its answer."""
    request = recording.asked.run
    if request is None:
        raise NotFound("The recording has no request.")
    engine = desk.graph if request.research is not None else desk.engine
    events = engine.run(request)
    left_at = recording.asked.left_at
    try:
        async with asyncio.timeout(left_at):
            async for batch in events:
                given.pieces += map(encode_event, batch)
            given.is_whole = True
    except TimeoutError:
        if left_at is None:
            raise
    finally:
        await events.aclose()
