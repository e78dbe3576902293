"""Any server that speaks OpenAI's Chat Completions format: OpenAI itself, gateways, Ollama, vLLM, llama.cpp.

`_wire` holds the format's structs, `_asking` writes a request, `_thoughts` keeps reasoning that a tool loop must send
back, `_reading` makes events of an answer, `_errors` is the error table, `_provider` the client, which is loaded for
the first configured server. How a server differs stands in its entry of models.toml.
Source: OpenAI API reference, Chat Completions (create, streaming).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import msgspec

from cryptodesk.models._http.timeouts import Timeouts
from cryptodesk.models._kinds import ProviderConfig, ProviderKind, options_of
from cryptodesk.models.openai_wire._asking import AskingOptions, OutputLimitField

if TYPE_CHECKING:
    from cryptodesk.models.openai_wire._provider import OpenAIWireProvider

__all__ = ["PROVIDER", "AskingOptions", "OutputLimitField", "Timeouts"]


class _Options(AskingOptions, frozen=True, forbid_unknown_fields=True, kw_only=True):
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    timeouts: Timeouts = Timeouts()


def _build(config: ProviderConfig) -> OpenAIWireProvider:
    options = options_of(config, _Options)
    # Imported late: a desk that answers with its analyst alone needs no HTTP client.
    client = importlib.import_module("cryptodesk.models.openai_wire._provider")
    provider: OpenAIWireProvider = client.OpenAIWireProvider(
        config.name,
        config.base_url,
        config.api_key,
        headers=options.headers,
        asking=options,
        timeouts=options.timeouts,
        profiles=config.profiles,
    )
    return provider


PROVIDER = ProviderKind("openai_wire", _build, needs_base_url=True)
