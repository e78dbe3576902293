"""Claude by Anthropic's own Messages format, which the compatible ones lose thinking and prompt caching of.

`_wire` holds the format's structs, `_asking` and `_conversation` write a request, `_schemas` fits JSON Schemas to what
structured output takes, `_thoughts` keeps thinking that a tool loop must send back, `_sse` cuts a stream into frames,
`_blocks`, `_fences` and `_reading` make events of an answer, `_errors` is the error table, `_provider` the client,
which is loaded for the first configured server.
Source: Claude API reference, version 2026-10-21 (Messages, streaming, thinking, prompt caching, errors).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import msgspec

from cryptodesk.models._kinds import ProviderConfig, ProviderKind
from cryptodesk.models.anthropic_wire._asking import AskingOptions, CacheLifetime
from cryptodesk.models.anthropic_wire._timeouts import Timeouts

if TYPE_CHECKING:
    from cryptodesk.models.anthropic_wire._provider import AnthropicWireProvider

__all__ = ["PROVIDER", "AskingOptions", "CacheLifetime", "Timeouts"]


class _Options(AskingOptions, frozen=True, forbid_unknown_fields=True, kw_only=True):
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    timeouts: Timeouts = Timeouts()


def _build(config: ProviderConfig) -> AnthropicWireProvider:
    try:
        options = msgspec.convert(dict(config.options), _Options)
    except msgspec.ValidationError as error:
        raise ValueError(f"provider {config.name!r}: options: {error}") from None
    # Imported late: a desk that answers with its analyst alone needs no HTTP client.
    client = importlib.import_module("cryptodesk.models.anthropic_wire._provider")
    provider: AnthropicWireProvider = client.AnthropicWireProvider(
        config.name,
        config.base_url,
        config.api_key,
        headers=options.headers,
        asking=options,
        timeouts=options.timeouts,
        profiles=config.profiles,
    )
    return provider


PROVIDER = ProviderKind("anthropic_wire", _build, needs_base_url=True)
