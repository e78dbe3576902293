"""A tool's arguments as JSON text. The SDK reads them more generously than they can be written."""

from __future__ import annotations

from typing import Any

import msgspec

from cryptodesk.core.errors import InvalidRequest

__all__ = ["encode_arguments"]


def encode_arguments(arguments: dict[str, Any]) -> bytes:
    """Raises: InvalidRequest for what is nested too deeply, or holds half a character."""
    try:
        return msgspec.json.encode(arguments)
    except RecursionError:
        raise InvalidRequest("Invalid arguments: nested too deeply.") from None
    except UnicodeEncodeError:
        raise InvalidRequest("Invalid arguments: a text holds half of a character (a lone surrogate).") from None
