"""Reasoning that goes back to a server beside the results of its calls."""

from __future__ import annotations

from typing import Any

from cryptodesk.models.openai_wire import _wire as wire
from cryptodesk.models.openai_wire._thoughts import ReasoningEcho, Thought, Thoughts

CALL = wire.AskedCall("c1", wire.AskedCallFunction("search", "{}"))


def ask(*contents: str) -> list[wire.AskedMessage]:
    return [wire.AskedMessage("user", content) for content in contents]


def called(call: wire.AskedCall = CALL) -> wire.AskedMessage:
    return wire.AskedMessage("assistant", None, tool_calls=[call])


def result() -> wire.AskedMessage:
    return wire.AskedMessage("tool", "42", tool_call_id="c1")


def thought(text: str = "Let me look.", echo: ReasoningEcho = "reasoning_content", *, calls: bool = True) -> Thought:
    made = Thought(echo)
    made.add(wire.Piece(reasoning_content=text))
    if calls:
        made.add(wire.Piece(tool_calls=[wire.ToolCallPiece(id="c1")]))
    return made


def test_reasoning_goes_back_into_the_message_it_led_to() -> None:
    thoughts = Thoughts()
    key, is_missing = thoughts.restore("m", ask("q"))
    assert not is_missing
    thoughts.keep(key, thought())
    messages = [*ask("q"), called(), result()]
    _, is_missing = thoughts.restore("m", messages)
    assert not is_missing
    assert [message.reasoning_content for message in messages] == [None, "Let me look.", None]


def test_each_round_of_a_loop_gets_its_own_back() -> None:
    thoughts = Thoughts()
    asked = ask("q")
    thoughts.keep(thoughts.restore("m", asked)[0], thought("first"))
    second = [*ask("q"), called(), result()]
    thoughts.keep(thoughts.restore("m", second)[0], thought("second"))
    third = [*ask("q"), called(), result(), called(), result()]
    assert not thoughts.restore("m", third)[1]
    assert [message.reasoning_content for message in third] == [None, "first", None, "second", None]


def test_another_conversation_with_the_same_calls_gets_nothing() -> None:
    thoughts = Thoughts()
    thoughts.keep(thoughts.restore("m", ask("q"))[0], thought())
    for model, question in (("m", "another"), ("other-model", "q")):
        messages = [*ask(question), called(), result()]
        assert thoughts.restore(model, messages)[1]
        assert messages[1].reasoning_content is None


def test_a_call_whose_reasoning_is_lost_is_told() -> None:
    assert Thoughts().restore("m", [*ask("q"), called(), result()])[1]
    assert not Thoughts().restore("m", [*ask("q"), wire.AskedMessage("assistant", "42"), *ask("and?")])[1]


def test_an_answer_without_calls_or_without_reasoning_is_not_kept() -> None:
    for kept in (thought(calls=False), thought("")):
        thoughts = Thoughts()
        thoughts.keep(thoughts.restore("m", ask("q"))[0], kept)
        assert thoughts.restore("m", [*ask("q"), called()])[1]


def test_typed_reasoning_goes_back_as_it_came() -> None:
    details: list[dict[str, Any]] = [
        {"type": "reasoning.text", "text": "Hm", "signature": None, "index": 0},
        {"type": "reasoning.encrypted", "data": "eyJ=", "index": 1},
    ]
    made = Thought("reasoning_details")
    made.add(wire.Piece(reasoning="Hm", reasoning_details=details[:1]))
    made.add(wire.Piece(reasoning_details=details[1:], tool_calls=[wire.ToolCallPiece(id="c1")]))
    thoughts = Thoughts()
    thoughts.keep(thoughts.restore("m", ask("q"))[0], made)
    messages = [*ask("q"), called()]
    thoughts.restore("m", messages)
    assert messages[1].reasoning_details == details
    assert messages[1].reasoning_content is None


def test_the_longest_unused_is_forgotten_first_and_one_that_is_huge_is_not_kept() -> None:
    thoughts = Thoughts(max_bytes=250)
    for question in ("a", "b"):
        thoughts.keep(thoughts.restore("m", ask(question))[0], thought("x" * 100))
    assert not thoughts.restore("m", [*ask("a"), called()])[1]  # used again
    thoughts.keep(thoughts.restore("m", ask("c"))[0], thought("x" * 100))
    assert [thoughts.restore("m", [*ask(each), called()])[1] for each in "abc"] == [False, True, False]
    thoughts.keep(thoughts.restore("m", ask("d"))[0], thought("x" * 3_000_000))
    assert thoughts.restore("m", [*ask("d"), called()])[1]
