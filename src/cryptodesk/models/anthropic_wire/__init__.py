"""Claude by Anthropic's own Messages format, which the compatible ones lose thinking and prompt caching of.

`_wire` holds the format's structs, `_asking` and `_conversation` write a request, `_schemas` fits JSON Schemas to what
structured output takes, `_thoughts` keeps thinking that a tool loop must send back, `_blocks`, `_fences` and
`_reading` make events of an answer, `_errors` is the error table, `_provider` the client, which is loaded for the first
configured server.
Source: Claude API reference, version 2026-10-21 (Messages, streaming, thinking, prompt caching, errors).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import msgspec

from cryptodesk.models._http.timeouts import Timeouts
from cryptodesk.models._kinds import ProviderConfig, ProviderKind, options_of
from cryptodesk.models.anthropic_wire._asking import AskingOptions, CacheLifetime

if TYPE_CHECKING:
    from cryptodesk.models.anthropic_wire._provider import AnthropicWireProvider

__all__ = ["PROVIDER", "AskingOptions", "CacheLifetime", "Timeouts"]


class _Options(AskingOptions, frozen=True, forbid_unknown_fields=True, kw_only=True):
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    timeouts: Timeouts = Timeouts()


def _build(config: ProviderConfig) -> AnthropicWireProvider:
    options = options_of(config, _Options)
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
