"""Gemini by Google's own generateContent format, which the compatible one loses thoughts and their signatures of.

`_wire` holds the format's structs, `_asking` and `_conversation` write a request, `_schemas` fits JSON Schemas to the
part of the standard that the vendor takes, `_signatures` keeps the signed turns that a tool loop must send back, `_sse`
cuts a stream into frames, `_parts` and `_reading` make events of an answer, `_errors` is the error table, `_provider`
the client, which is loaded for the first configured server.
Source: Gemini API reference, v1beta (models.generateContent, models.streamGenerateContent) and its guides on function
calling, thinking, thought signatures, structured output, long decode and errors.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import msgspec

from cryptodesk.models._kinds import ProviderConfig, ProviderKind
from cryptodesk.models.gemini_wire._timeouts import Timeouts

if TYPE_CHECKING:
    from cryptodesk.models.gemini_wire._provider import GeminiWireProvider

__all__ = ["PROVIDER", "Timeouts"]


class _Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`call_ids` is False for models before Gemini 3, which know calls by name alone and may refuse an id."""

    headers: dict[str, str] = msgspec.field(default_factory=dict)
    call_ids: bool = True
    timeouts: Timeouts = Timeouts()


def _build(config: ProviderConfig) -> GeminiWireProvider:
    try:
        options = msgspec.convert(dict(config.options), _Options)
    except msgspec.ValidationError as error:
        raise ValueError(f"provider {config.name!r}: options: {error}") from None
    # Imported late: a desk that answers with its analyst alone needs no HTTP client.
    client = importlib.import_module("cryptodesk.models.gemini_wire._provider")
    provider: GeminiWireProvider = client.GeminiWireProvider(
        config.name,
        config.base_url,
        config.api_key,
        headers=options.headers,
        call_ids=options.call_ids,
        timeouts=options.timeouts,
        profiles=config.profiles,
    )
    return provider


PROVIDER = ProviderKind("gemini_wire", _build, needs_base_url=True)
