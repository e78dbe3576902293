"""Gemini by Google's own generateContent format, which the compatible one loses thoughts and their signatures of.

`_wire` holds the format's structs, `_asking` and `_conversation` write a request, `_schemas` fits JSON Schemas to the
part of the standard that the vendor takes, `_signatures` keeps the signed turns that a tool loop must send back,
`_parts` and `_reading` make events of an answer, `_errors` is the error table, `_provider` the client, which is loaded
for the first configured server.
Source: Gemini API reference, v1beta (models.generateContent, models.streamGenerateContent) and its guides on function
calling, thinking, thought signatures, structured output, long decode and errors.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import msgspec

from cryptodesk.models._http.timeouts import Timeouts
from cryptodesk.models._kinds import ProviderConfig, ProviderKind, options_of

if TYPE_CHECKING:
    from cryptodesk.models.gemini_wire._provider import GeminiWireProvider

__all__ = ["PROVIDER", "Timeouts"]


class _Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`call_ids` is False for models before Gemini 3, which know calls by name alone and may refuse an id."""

    headers: dict[str, str] = msgspec.field(default_factory=dict)
    call_ids: bool = True
    timeouts: Timeouts = Timeouts()


def _build(config: ProviderConfig) -> GeminiWireProvider:
    options = options_of(config, _Options)
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
