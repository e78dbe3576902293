"""Signed turns kept between the calls of a tool loop."""

from __future__ import annotations

from msgspec import Raw

from cryptodesk.core.messages import Message, TextPart, ToolCallPart
from cryptodesk.models.gemini_wire import _wire as wire
from cryptodesk.models.gemini_wire._signatures import Signatures


def turn(call_id: str = "c1", args: str = '{"x":1}', signature: str | None = "c2ln") -> list[wire.AskedPart]:
    call = wire.AskedCall("f", Raw(args.encode()), call_id)
    return [wire.AskedPart(text="Let me see."), wire.AskedPart(function_call=call, thought_signature=signature)]


def message(call_id: str = "c1", args: str = '{"x":1}', text: str = "Let me see.", name: str = "f") -> Message:
    return Message("assistant", (TextPart(text), ToolCallPart(call_id, name, args)))


def test_a_signed_turn_is_recalled_as_it_came() -> None:
    kept = Signatures()
    kept.keep(b"k", turn())
    assert kept.recall(b"k", message(args='{ "x": 1 }')) == turn()


def test_another_turn_is_not_recalled() -> None:
    kept = Signatures()
    kept.keep(b"k", turn())
    assert kept.recall(b"other", message()) is None
    for changed in (message(call_id="c2"), message(args='{"x":2}'), message(text="Other."), message(name="g")):
        assert kept.recall(b"k", changed) is None


def test_turns_without_signature_or_call_are_not_kept() -> None:
    kept = Signatures()
    kept.keep(b"k", turn(signature=None))
    kept.keep(b"l", [wire.AskedPart(text="Hi", thought_signature="c2ln")])
    assert kept.recall(b"k", message()) is None
    assert kept.recall(b"l", Message("assistant", (TextPart("Hi"),))) is None


def test_the_longest_unused_turn_is_forgotten_first() -> None:
    kept = Signatures(max_bytes=400)
    kept.keep(b"1", turn("c1"))
    kept.keep(b"2", turn("c2"))
    assert kept.recall(b"1", message("c1")) is not None
    kept.keep(b"3", turn("c3", args='{"x":"' + "y" * 120 + '"}'))
    assert kept.recall(b"1", message("c1")) is not None
    assert kept.recall(b"2", message("c2")) is None


def test_one_turn_cannot_take_all_the_room() -> None:
    kept = Signatures()
    kept.keep(b"1", turn())
    kept.keep(b"2", turn(signature="A" * 2_100_000))
    assert kept.recall(b"1", message()) is not None
    assert kept.recall(b"2", message()) is None
