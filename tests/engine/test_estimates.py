"""Token counts where nobody reported them: everything that was sent is counted, what the tools are described by too."""

from __future__ import annotations

import msgspec

from cryptodesk.core.events import RunFinished
from cryptodesk.core.messages import Message, ToolCallPart, ToolResultPart, text_message
from cryptodesk.core.tools import ToolSpec
from cryptodesk.core.usage import Usage
from cryptodesk.engine.estimates import estimate_usage
from tests.engine.fakes import Desk, ask, says

SCHEMA = {"type": "object", "properties": {"wallet": {"type": "string"}}}
TOOL = ToolSpec("get_balance", "The balance of a wallet.", SCHEMA)
# Its name, its description and its schema as JSON.
TOOL_CHARACTERS = 11 + 24 + len(msgspec.json.encode(SCHEMA))


def test_four_characters_are_a_token_in_texts_calls_and_results() -> None:
    messages = (
        text_message("user", "x" * 10),
        Message("assistant", (ToolCallPart("c1", "look", '{"a":1}'),)),
        Message("tool", (ToolResultPart("c1", "y" * 9, "look"),)),
    )
    # 10 + 4 + 7 + 9 characters in, 5 out.
    assert estimate_usage(messages, 5) == Usage(input_tokens=8, output_tokens=2)


def test_the_tools_that_are_offered_count_as_well() -> None:
    characters = 4 + TOOL_CHARACTERS
    assert estimate_usage((text_message("user", "wxyz"),), 0, (TOOL,)) == Usage(input_tokens=-(-characters // 4))


async def test_a_run_that_offers_tools_is_estimated_with_them() -> None:
    def usage_of(events: list[object]) -> Usage:
        finished = events[-1]
        assert isinstance(finished, RunFinished)
        assert finished.usage_is_estimated
        return finished.usage

    with_tool = await Desk(says("hi", usage=None)).events(ask("wxyz", client_tools=(TOOL,)))
    without = await Desk(says("hi", usage=None)).events(ask("wxyz"))
    assert usage_of(without) == Usage(input_tokens=1, output_tokens=1)  # type: ignore[arg-type]
    assert usage_of(with_tool) == Usage(input_tokens=-(-(4 + TOOL_CHARACTERS) // 4), output_tokens=1)  # type: ignore[arg-type]
