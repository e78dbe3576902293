"""The system text the engine puts before a conversation: how to use the tools, and what tool results are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import resources

from cryptodesk.core.messages import Message, text_message
from cryptodesk.core.tools import ToolSpec

__all__ = ["with_prelude"]


@cache
def _prompt(name: str) -> str:
    return resources.files("cryptodesk.engine").joinpath("prompts", f"{name}.md").read_text("utf-8").strip()


def with_prelude(
    messages: Sequence[Message], built_in_tools: Sequence[ToolSpec], *, may_call: bool
) -> tuple[Message, ...]:
    """The conversation with one system message first: our rules, then the caller's own system text.

    Without built-in tools the conversation is passed through as it is.
    """
    if not built_in_tools:
        return tuple(messages)
    rules = (
        _tool_rules(tuple((tool.name, tool.advice) for tool in built_in_tools)) if may_call else _prompt("synthesis")
    )
    own = [message.text for message in messages if message.role == "system"]
    rest = [message for message in messages if message.role != "system"]
    return (text_message("system", "\n\n".join([rules, *own])), *rest)


@lru_cache(maxsize=64)
def _tool_rules(tools: tuple[tuple[str, str], ...]) -> str:
    advice = [f"## {name}\n{words.strip()}" for name, words in tools if words]
    return "\n\n".join([_prompt("built_in_tools"), *advice])
