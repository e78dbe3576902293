"""The conversation of a request: roles, texts and parts, checked and put into the core's form."""

from __future__ import annotations

from typing import Any, Final, cast

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.core.messages import Message, Role, text_message
from cryptodesk.dialects.messari import choices
from cryptodesk.dialects.messari.errors import clipped, invalid
from cryptodesk.dialects.messari.values import Json, Shape, check_shape, expect

__all__ = ["Conversation", "read_messages"]

# Accepted and not used: the fields of a published struct that has more than this dialect.
_IGNORED: Final[Shape] = {
    "name": str,
    "refusal": str,
    "reasoning_content": str,
    "tool_call_id": str,
    "function_call": {"name": str, "arguments": str},
    "tool_calls": [{"id": str, "index": int, "type": str, "function": {"name": str, "arguments": str}}],
}
_IMAGE: Final[Shape] = {"image_url": {"url": str, "detail": str}}
_SILENT_PARTS: Final = frozenset({"refusal", "reasoning"})

Conversation = tuple[tuple[Message, ...], str]


def read_messages(document: dict[str, Any]) -> Conversation:
    """The messages to answer, system texts first as one, and a notice of what was left out ("" if nothing was).

    Raises: InvalidRequest."""
    wire = expect(document, "messages", list)
    if not wire:
        raise invalid("messages", "is required" if wire is None else "must not be empty")
    read = [(_read(message, f"messages[{index}]"), index) for index, message in enumerate(wire)]
    found = [message for message, _ in read if message is not None]
    system = "\n\n".join(message.text for message in found if message.role == "system" and message.text)
    rest = [message for message in found if message.role != "system"]
    _check_last(found, max((index for message, index in read if message is not None), default=0))
    kept, notice = _kept([message for message in rest if message.text])
    return ((text_message("system", system), *kept) if system else tuple(kept)), notice


def _check_last(found: list[Message], index: int) -> None:
    if not any(message.role == "user" for message in found):
        raise invalid("messages", f"has no message from the user role; {choices.LAST_NOT_USER}")
    if found[-1].role != "user":
        raise InvalidRequest(choices.LAST_NOT_USER, param=f"messages[{index}].role")
    if not found[-1].text.strip():
        raise invalid(f"messages[{index}].content", "is required and must not be empty")


def _kept(rest: list[Message]) -> tuple[list[Message], str]:
    """The last messages, from a user's on."""
    limit = choices.MAX_MESSAGES
    if len(rest) <= limit:
        return rest, ""
    if choices.OVER_LIMIT == "refuse":
        raise invalid("messages", f"has {len(rest)} messages beside system messages; at most {limit} are allowed")
    kept = rest[-limit:]
    while kept[0].role != "user":
        kept = kept[1:]
    return kept, f"answered from the last {len(kept)} of {len(rest)} messages"


# -- one message -------------------------------------------------------------------------------------------------------


def _read(message: Json, path: str) -> Message | None:
    if not isinstance(message, dict):
        raise invalid(path, "must be an object")
    role = expect(message, "role", str, path)
    if role is None:
        raise invalid(f"{path}.role", "is required")
    if role in choices.CLIENT_ROLES:
        return None
    if role not in choices.ROLES:
        known = ", ".join(choices.ROLES)
        raise invalid(f"{path}.role", f"must be one of {known}, not {clipped(role)!r}")
    check_shape(message, _IGNORED, path)
    _refuse_attachments(message, path)
    return text_message(cast(Role, choices.ROLES[role]), _text(message, path))


def _text(message: dict[str, Any], path: str) -> str:
    content, parts = message.get("content"), expect(message, "MultiContent", list, path)
    if isinstance(content, list):
        text = _join(content, f"{path}.content")
    elif content is None or isinstance(content, str):
        text = content or ""
    else:
        raise invalid(f"{path}.content", "must be a string or an array of parts")
    more = _join(parts, f"{path}.MultiContent") if parts else ""
    return text if not more or more == text else f"{text}\n\n{more}" if text else more


def _join(parts: list[Json], path: str) -> str:
    texts = [_part_text(part, f"{path}[{index}]") for index, part in enumerate(parts)]
    return "\n\n".join(text for text in texts if text)


def _part_text(part: Json, path: str) -> str:
    if not isinstance(part, dict):
        raise invalid(path, "must be an object")
    kind = expect(part, "type", str, path)
    text = expect(part, "text", str, path)
    check_shape(part, _IMAGE, path)
    if kind in _SILENT_PARTS:
        return ""
    if kind == "image_url" or (not kind and part.get("image_url")):
        raise invalid(f"{path}.image_url", "cannot be read: images are not supported here; send text parts only")
    if kind not in ("text", "input_text", "", None):
        raise invalid(f"{path}.type", f"must be text, not {clipped(kind)!r}; send text parts only")
    if text is None:
        raise invalid(f"{path}.text", "is required")
    return cast(str, text)


def _refuse_attachments(message: dict[str, Any], path: str) -> None:
    """`useChat` sends images beside the text: leaving them out silently would be an answer to another question."""
    name = "experimental_attachments"
    if expect(message, name, list, path):
        raise invalid(f"{path}.{name}", "cannot be read: images and files are not supported here; send text only")
