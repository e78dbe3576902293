"""Any server that speaks OpenAI's Chat Completions format: OpenAI itself, gateways, Ollama, vLLM, llama.cpp.

`_wire` holds the format's structs, `_asking` writes a request, `_sse` cuts a stream into frames, `_reading` makes
events of an answer, `_errors` is the error table, `_provider` the client.
Source: OpenAI API reference, Chat Completions (create, streaming).
"""

from __future__ import annotations

import msgspec

from cryptodesk.models._kinds import ProviderConfig, ProviderKind
from cryptodesk.models.openai_wire._asking import OutputLimitField
from cryptodesk.models.openai_wire._provider import OpenAIWireProvider, Timeouts

__all__ = ["PROVIDER", "OpenAIWireProvider", "OutputLimitField", "Timeouts"]


class _Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`stream_usage` is False for servers that refuse `stream_options`; their usage is then estimated."""

    headers: dict[str, str] = msgspec.field(default_factory=dict)
    output_limit_field: OutputLimitField = "max_completion_tokens"
    stream_usage: bool = True
    timeouts: Timeouts = Timeouts()


def _build(config: ProviderConfig) -> OpenAIWireProvider:
    try:
        options = msgspec.convert(dict(config.options), _Options)
    except msgspec.ValidationError as error:
        raise ValueError(f"provider {config.name!r}: options: {error}") from None
    return OpenAIWireProvider(
        config.name,
        config.base_url,
        config.api_key,
        headers=options.headers,
        output_limit_field=options.output_limit_field,
        stream_usage=options.stream_usage,
        timeouts=options.timeouts,
        profiles=config.profiles,
    )


PROVIDER = ProviderKind("openai_wire", _build, needs_base_url=True)
