"""`/v1/history`: the conversations that the desk keeps for a key, so that several browsers have the same ones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from cryptodesk.core.errors import InvalidRequest, NotFound
from cryptodesk.dialects._ports import DialectPorts, Scope
from cryptodesk.dialects.desk.history_wire import (
    check_id,
    encode_conversation,
    encode_list,
    encode_merged,
    encode_messages,
    file_head,
    read_merge,
    read_title,
)
from cryptodesk.dialects.desk.reply import Ask, Endpoint, File, query_value
from cryptodesk.state.history import DatabaseHistory

__all__ = ["EXPORT_PATH", "HISTORY_PATH", "HISTORY_PREFIX", "build_history_endpoints"]

HISTORY_PATH: Final = "/v1/history"
HISTORY_PREFIX: Final = "/v1/history/"
EXPORT_PATH: Final = "/v1/history/export"

_USUAL_PAGE = 100
_MOST_PAGE = 200
_MOST_SEQUENCE = 2**53
_EXPORT_PAGE = 20


def build_history_endpoints(ports: DialectPorts, history: DatabaseHistory) -> dict[str, Endpoint]:
    """By path, or by the beginning of it."""

    async def show_list(ask: Ask) -> bytes:
        key_id = ask.caller.key_id
        page = await history.list(key_id, since=_since(ask.scope), limit=_limit(ask.scope))
        return encode_list(page, key_id, history.most_bytes)

    async def show(ask: Ask) -> bytes:
        key_id, conversation_id = ask.caller.key_id, _id(ask.scope)
        kept = await history.get(key_id, conversation_id)
        since, limit = _since(ask.scope), _limit(ask.scope)
        messages, has_more = await history.changed(key_id, conversation_id, since=since, limit=limit)
        return encode_messages(kept, tuple(messages), has_more=has_more)

    async def merge(ask: Ask) -> bytes:
        now = ports.clock.unix()
        told = read_merge(_id(ask.scope), ask.body, now)
        return encode_merged(await history.merge(ask.caller.key_id, told, now))

    async def rename(ask: Ask) -> bytes:
        title = read_title(ask.body)
        return encode_conversation(await history.rename(ask.caller.key_id, _id(ask.scope), title, ports.clock.unix()))

    async def delete(ask: Ask) -> bytes:
        conversation_id = _id(ask.scope)
        told = query_value(ask.scope, "sequence")
        seen = None if told is None else _count(ask.scope, "sequence", 0, _MOST_SEQUENCE)
        if not await history.delete(ask.caller.key_id, conversation_id, ports.clock.unix(), seen=seen):
            raise NotFound("No such conversation is kept for this key.")
        gone: dict[str, Any] = {"object": "conversation", "id": conversation_id, "is_deleted": True}
        return msgspec.json.encode(gone)

    async def export(ask: Ask) -> File:
        return File(_lines(history, ask.caller.key_id), b"application/x-ndjson", "conversations.ndjson")

    return {
        HISTORY_PATH: Endpoint(ports, GET=show_list),
        EXPORT_PATH: Endpoint(ports, GET=export),
        HISTORY_PREFIX: Endpoint(ports, GET=show, POST=merge, PATCH=rename, DELETE=delete),
    }


async def _lines(history: DatabaseHistory, key_id: str) -> AsyncIterator[bytes]:
    """A line for each conversation: the file that the web app imports. One that is deleted meanwhile is left out or
    cut short at a whole message."""
    since, has_more = 0, True
    while has_more:
        page = await history.list(key_id, since=since, limit=_USUAL_PAGE)
        has_more = page.has_more
        for kept in page.conversations:
            since = kept.sequence
            if kept.deleted_at is None:
                yield file_head(kept)
                async for piece in _messages(history, key_id, kept.conversation_id):
                    yield piece
                yield b"]}\n"


async def _messages(history: DatabaseHistory, key_id: str, conversation_id: str) -> AsyncIterator[bytes]:
    after, has_more, is_first = 0, True, True
    while has_more:
        found, has_more = await history.placed(key_id, conversation_id, after=after, limit=_EXPORT_PAGE)
        for message in found:
            # A line of its own is what a conversation is, so none may begin inside a message.
            yield (b"" if is_first else b",") + message.body.replace(b"\n", b" ").replace(b"\r", b" ")
            is_first, after = False, message.position


def _id(scope: Scope) -> str:
    """Raises: InvalidRequest."""
    return check_id(unquote(scope["path"].removeprefix(HISTORY_PREFIX)), "id")


def _since(scope: Scope) -> int:
    return _count(scope, "since", 0, _MOST_SEQUENCE)


def _limit(scope: Scope) -> int:
    return max(1, _count(scope, "limit", _USUAL_PAGE, _MOST_PAGE))


def _count(scope: Scope, name: str, usual: int, most: int) -> int:
    """Raises: InvalidRequest."""
    text = query_value(scope, name)
    if text is None:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) <= 16 and int(text) <= most):
        raise InvalidRequest(f"{name!r} must be a number from 0 to {most}, not {text[:80]!r}.", param=name)
    return int(text)
