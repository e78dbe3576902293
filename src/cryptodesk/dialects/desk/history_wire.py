"""Kept conversations as JSON, and what a browser sends of one, checked and bounded.

A message is kept as the browser wrote it: five members are checked, and what stands beside them is the browser's."""

from __future__ import annotations

import math
import re
from typing import Any, Final, Literal

import msgspec
from msgspec import Raw, Struct

from cryptodesk.core.errors import InvalidRequest, TooLarge
from cryptodesk.state.history_records import (
    ConversationFacts,
    HistoryPage,
    KeptConversation,
    KeptMessage,
    Merge,
    Merged,
)

__all__ = [
    "FILE_SCHEMA",
    "ID_PATTERN",
    "MOST_MESSAGES_AT_ONCE",
    "MOST_REVISION",
    "check_id",
    "encode_conversation",
    "encode_list",
    "encode_merged",
    "encode_messages",
    "file_head",
    "read_merge",
    "read_title",
]

FILE_SCHEMA: Final = "cryptodesk.conversation/1"
MOST_MESSAGES_AT_ONCE: Final = 500
MOST_MESSAGE_BYTES: Final = 512 * 2**10
LONGEST_TITLE: Final = 200
_UNTITLED = "Untitled"

ID_PATTERN: Final = "[A-Za-z0-9_-]{1,64}"
_ID = re.compile(ID_PATTERN)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+")
MOST_REVISION: Final = 1_000_000

_json = msgspec.json.Encoder().encode


class _WireMessage(Struct, forbid_unknown_fields=True):
    message: Raw
    revision: int = 1


class _WireMerge(Struct, forbid_unknown_fields=True):
    title: str
    created_at: float
    updated_at: float
    renamed_at: float = 0.0
    head_id: str | None = None
    messages: list[_WireMessage] = []
    restore: bool = False


class _WireTitle(Struct, forbid_unknown_fields=True):
    title: str


class _Message(Struct, rename="camel"):
    """What every message has. Members that it has beside are kept as they are."""

    id: str
    parent_id: str | None
    role: Literal["user", "assistant"]
    text: str
    created_at: float


_read_merge = msgspec.json.Decoder(_WireMerge).decode
_read_title = msgspec.json.Decoder(_WireTitle).decode
_read_message = msgspec.json.Decoder(_Message).decode


def read_merge(conversation_id: str, body: bytes, now: float) -> Merge:
    """`now` is unix seconds: no browser's clock is believed beyond it. Raises: InvalidRequest, TooLarge."""
    wire: _WireMerge = _read(_read_merge, body)
    if len(wire.messages) > MOST_MESSAGES_AT_ONCE:
        raise InvalidRequest(
            f"'messages' has {len(wire.messages)} entries; send at most {MOST_MESSAGES_AT_ONCE} at once.",
            param="messages",
        )
    facts = ConversationFacts(
        title=_clean(wire.title) or _UNTITLED,
        created_at=_moment(wire.created_at, now),
        updated_at=_moment(wire.updated_at, now),
        renamed_at=_moment(wire.renamed_at, now),
        head_id=None if wire.head_id is None else check_id(wire.head_id, "head_id"),
    )
    messages = tuple(_message(number, told) for number, told in enumerate(wire.messages))
    return Merge(check_id(conversation_id, "id"), facts, messages, wire.restore)


def read_title(body: bytes) -> str:
    """Raises: InvalidRequest."""
    wire: _WireTitle = _read(_read_title, body)
    title = _clean(wire.title)
    if not title:
        raise InvalidRequest("'title' must have a character that can be seen.", param="title")
    return title


def check_id(text: str, param: str) -> str:
    """Raises: InvalidRequest."""
    if not _ID.fullmatch(text):
        raise InvalidRequest(f"{param!r} must be 1 to 64 letters, digits, '-' or '_', not {text[:80]!r}.", param=param)
    return text


# -- out ---------------------------------------------------------------------------------------------------------------


def encode_list(page: HistoryPage, key_id: str, most_bytes: int) -> bytes:
    """`next` is what to ask for as `since` when there is more, or later."""
    data = [_conversation(each) for each in page.conversations]
    reached = page.conversations[-1].sequence if page.conversations else None
    told = {"has_more": page.has_more, "next": reached, "latest": page.latest, "epoch": page.epoch}
    return _json({"object": "list", "data": data, **told, "key_id": key_id, "size": page.size, "most_size": most_bytes})


def encode_conversation(kept: KeptConversation) -> bytes:
    return _json(_conversation(kept))


def encode_merged(merged: Merged) -> bytes:
    return _json({**_conversation(merged.conversation), "is_new": merged.is_new, "before": merged.before})


def encode_messages(kept: KeptConversation, messages: tuple[KeptMessage, ...], *, has_more: bool) -> bytes:
    data = [{"revision": each.revision, "sequence": each.sequence, "message": Raw(each.body)} for each in messages]
    return _json({**_conversation(kept), "data": data, "has_more": has_more})


def file_head(kept: KeptConversation) -> bytes:
    """The beginning of a conversation as a file, up to its first message."""
    facts = kept.facts
    head = {"schema": FILE_SCHEMA, "title": facts.title, "created_at": facts.created_at, "head_id": facts.head_id}
    return _json(head)[:-1] + b',"messages":['


def _conversation(kept: KeptConversation) -> dict[str, Any]:
    if kept.deleted_at is not None:
        return {"object": "conversation", "id": kept.conversation_id, "sequence": kept.sequence, "is_deleted": True}
    facts = kept.facts
    return {
        "object": "conversation",
        "id": kept.conversation_id,
        "sequence": kept.sequence,
        "is_deleted": False,
        "title": facts.title,
        "created_at": facts.created_at,
        "updated_at": facts.updated_at,
        "renamed_at": facts.renamed_at,
        "head_id": facts.head_id,
        "messages": kept.messages,
        "size": kept.size,
    }


# -- in ----------------------------------------------------------------------------------------------------------------


def _read(decode: Any, body: bytes) -> Any:
    """Raises: InvalidRequest."""
    try:
        # Through `str`, because what is skipped over is not looked at as text otherwise.
        return decode(str(body, "utf-8"))
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"The request body is not valid UTF-8 (byte {error.start}).") from None
    except RecursionError:
        raise InvalidRequest("The request body is nested too deeply.") from None
    except msgspec.DecodeError as error:
        raise InvalidRequest(f"The request body is not what this route takes: {error}.") from None


def _message(number: int, told: _WireMessage) -> KeptMessage:
    where, body = f"messages[{number}]", bytes(told.message)
    if not 0 <= told.revision <= MOST_REVISION:
        raise InvalidRequest(
            f"'{where}.revision' must be 0 to {MOST_REVISION}, not {told.revision}.", param=f"{where}.revision"
        )
    if len(body) > MOST_MESSAGE_BYTES:
        raise TooLarge(f"'{where}' has {len(body)} bytes; a message may have {MOST_MESSAGE_BYTES}.")
    try:
        message = _read_message(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidRequest(f"'{where}.message' is not a message: {error}.", param=f"{where}.message") from None
    if message.parent_id is not None:
        check_id(message.parent_id, f"{where}.message.parentId")
    return KeptMessage(check_id(message.id, f"{where}.message.id"), told.revision, body)


def _clean(text: str) -> str:
    return _UNSEEN.sub(" ", text[: 4 * LONGEST_TITLE]).strip()[:LONGEST_TITLE].strip()


def _moment(unix_ms: float, now: float) -> float:
    """Raises: InvalidRequest."""
    if not math.isfinite(unix_ms) or unix_ms < 0:
        raise InvalidRequest(f"{unix_ms!r} is no time in unix milliseconds.")
    return min(unix_ms, now * 1000.0)
