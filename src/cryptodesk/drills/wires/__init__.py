"""The formats that the fault-playing provider speaks, by the kind of provider that reads them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cryptodesk.drills.wires._wire import Wire
from cryptodesk.drills.wires.anthropic import AnthropicWire
from cryptodesk.drills.wires.gemini import GeminiWire
from cryptodesk.drills.wires.openai import OpenAIWire, UsagePlace

__all__ = ["WIRES", "AnthropicWire", "GeminiWire", "OpenAIWire", "UsagePlace", "Wire"]

WIRES: Mapping[str, Wire] = MappingProxyType(
    {wire.kind: wire for wire in (OpenAIWire(), AnthropicWire(), GeminiWire())}
)
