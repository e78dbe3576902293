"""Thinking kept for the tool loop it belongs to."""

from __future__ import annotations

from msgspec import Raw

from cryptodesk.core.messages import Message, TextPart, ToolCallPart
from cryptodesk.models._http.turns import Prefix
from cryptodesk.models.anthropic_wire import _wire as wire
from cryptodesk.models.anthropic_wire._thoughts import Thoughts

THINKING = wire.ThinkingBlock("Look it up.", "c2ln")
TEXT = wire.TextBlock("Let me look.")
CALL = wire.ToolUseBlock("toolu_1", "price", Raw(b'{"symbol": "BTC"}'))
TURN = [THINKING, TEXT, CALL]
MESSAGE = Message("assistant", (TextPart("Let me look."), ToolCallPart("toolu_1", "price", '{"symbol":"BTC"}')))
KEY = Prefix("m", [], []).key()


def kept(*turn: wire.AskedBlock, key: bytes = KEY) -> Thoughts:
    thoughts = Thoughts()
    thoughts.keep(key, turn)
    return thoughts


def test_a_turn_comes_back_whole_and_in_its_order() -> None:
    assert kept(*TURN).recall(KEY, MESSAGE) == tuple(TURN)


def test_redacted_thinking_counts_as_thinking() -> None:
    redacted = wire.RedactedThinkingBlock("b3BhcXVl")
    assert kept(redacted, TEXT, CALL).recall(KEY, MESSAGE) == (redacted, TEXT, CALL)


def test_what_stood_before_must_be_the_same() -> None:
    thoughts = kept(*TURN)
    for other in (Prefix("n", [], []), Prefix("m", ["tool"], []), Prefix("m", [], ["system"]), Prefix("m", [[], []])):
        assert thoughts.recall(other.key(), MESSAGE) is None


def test_a_message_that_says_something_else_is_not_that_turn() -> None:
    call = ToolCallPart("toolu_1", "price", '{"symbol":"BTC"}')
    thoughts = kept(*TURN)
    for other in (
        Message("assistant", (TextPart("Let me lie."), call)),
        Message("assistant", (TextPart("Let me look."),)),
        Message("assistant", (TextPart("Let me look."), ToolCallPart("toolu_2", "price", '{"symbol":"BTC"}'))),
        Message("assistant", (TextPart("Let me look."), ToolCallPart("toolu_1", "news", '{"symbol":"BTC"}'))),
        Message("assistant", (TextPart("Let me look."), ToolCallPart("toolu_1", "price", '{"symbol":"ETH"}'))),
        Message("assistant", (TextPart("Let me look."), ToolCallPart("toolu_1", "price", "{"))),
        Message("assistant", (TextPart("Let me look."), call, call)),
    ):
        assert thoughts.recall(KEY, other) is None


def test_turns_without_thinking_or_without_calls_are_not_kept() -> None:
    assert kept(TEXT, CALL).recall(KEY, MESSAGE) is None
    said = Message("assistant", (TextPart("Let me look."),))
    assert kept(THINKING, TEXT).recall(KEY, said) is None


def test_what_was_not_used_for_longest_is_forgotten_first() -> None:
    thoughts = Thoughts(max_bytes=450)
    keys = [Prefix(str(number)).key() for number in range(4)]
    for key in keys[:2]:
        thoughts.keep(key, TURN)
    assert thoughts.recall(keys[0], MESSAGE)
    thoughts.keep(keys[2], TURN)
    assert thoughts.recall(keys[1], MESSAGE) is None
    assert thoughts.recall(keys[0], MESSAGE)
    assert thoughts.recall(keys[2], MESSAGE)
    thoughts.keep(keys[2], TURN)  # again the same: counted once
    assert thoughts.recall(keys[0], MESSAGE)


def test_a_turn_of_unreasonable_size_is_not_kept() -> None:
    assert kept(wire.ThinkingBlock("x" * 2_000_001, "s"), TEXT, CALL).recall(KEY, MESSAGE) is None
