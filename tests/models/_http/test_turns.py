"""Turns kept for the tool loop they belong to."""

from __future__ import annotations

import pytest

from cryptodesk.core.messages import Message, TextPart, ToolCallPart
from cryptodesk.models._http.turns import KeptTurns, Prefix, is_same_turn


def key(*parts: object) -> bytes:
    return Prefix(*parts).key()


def test_the_fingerprint_tells_parts_their_order_and_their_borders_apart() -> None:
    keys = [
        key(),
        key("a"),
        key("b"),
        key("a", "b"),
        key("b", "a"),
        key("ab"),
        key("a", "b", ""),
        key(["a", "b"]),
        key(1, 12),
        key(11, 2),
    ]
    assert len(set(keys)) == len(keys)


def test_the_fingerprint_of_a_beginning_does_not_change_as_more_is_added() -> None:
    prefix = Prefix("a")
    assert prefix.key() == key("a")
    prefix.add({"b": 1})
    assert prefix.key() == key("a", {"b": 1})


def test_a_turn_is_found_by_its_key_alone() -> None:
    turns: KeptTurns[str] = KeptTurns()
    turns.keep(b"a", "one")
    assert turns.recall(b"a") == "one"
    assert turns.recall(b"b") is None
    assert len(turns) == 1


def test_a_turn_that_does_not_fit_is_not_found_and_does_not_count_as_used() -> None:
    turns: KeptTurns[str] = KeptTurns(max_bytes=10)
    turns.keep(b"a", "one")  # five bytes each, with their quotes
    turns.keep(b"b", "two")
    assert turns.recall(b"a", lambda turn: turn == "two") is None
    turns.keep(b"c", "new")
    assert [turns.recall(each) for each in (b"a", b"b", b"c")] == [None, "two", "new"]


def test_the_longest_unused_is_forgotten_first() -> None:
    turns: KeptTurns[str] = KeptTurns(max_bytes=10)
    turns.keep(b"a", "one")
    turns.keep(b"b", "two")
    assert turns.recall(b"a", lambda turn: turn == "one") == "one"
    turns.keep(b"c", "new")
    assert [turns.recall(each) for each in (b"a", b"b", b"c")] == ["one", None, "new"]


def test_a_turn_kept_again_counts_once() -> None:
    turns: KeptTurns[str] = KeptTurns(max_bytes=10)
    turns.keep(b"a", "one")
    for again in ("two", "six", "ten"):
        turns.keep(b"b", again)
    assert (turns.recall(b"a"), turns.recall(b"b"), len(turns)) == ("one", "ten", 2)


def test_one_turn_cannot_take_all_the_room() -> None:
    turns: KeptTurns[str] = KeptTurns()
    turns.keep(b"a", "one")
    turns.keep(b"b", "x" * 2_000_000)  # its quotes are too much
    turns.keep(b"c", "x" * 1_999_998)
    assert [turns.recall(each) is not None for each in (b"a", b"b", b"c")] == [True, False, True]


def test_sixteen_megabytes_are_kept_where_nothing_else_is_said() -> None:
    turns: KeptTurns[str] = KeptTurns()
    for number in range(9):
        turns.keep(b"%d" % number, "x" * 1_999_998)
    assert [turns.recall(b"%d" % number) is not None for number in range(9)] == [False] + [True] * 8


MESSAGE = Message("assistant", (TextPart("Let me look."), ToolCallPart("c1", "price", '{"symbol": "BTC"}')))


@pytest.mark.parametrize(
    ("text", "calls", "is_same"),
    [
        ("Let me look.", [("c1", "price", b'{"symbol":"BTC"}')], True),
        (" Let me look.\n", [("c1", "price", b'{ "symbol": "BTC" }')], True),
        ("Let me lie.", [("c1", "price", b'{"symbol":"BTC"}')], False),
        ("Let me look.", [("c2", "price", b'{"symbol":"BTC"}')], False),
        ("Let me look.", [(None, "price", b'{"symbol":"BTC"}')], False),
        ("Let me look.", [("c1", "news", b'{"symbol":"BTC"}')], False),
        ("Let me look.", [("c1", "price", b'{"symbol":"ETH"}')], False),
        ("Let me look.", [("c1", "price", b"{")], False),
        ("Let me look.", [("c1", "price", b'{"symbol":"BTC"}')] * 2, False),
        ("Let me look.", [], False),
    ],
)
def test_a_message_is_a_turn_if_it_says_and_calls_the_same(
    text: str, calls: list[tuple[str | None, str, bytes]], *, is_same: bool
) -> None:
    assert is_same_turn(MESSAGE, text, calls) is is_same


@pytest.mark.parametrize("arguments", ["{", "[" * 10_000, "\ud800"])
def test_arguments_nobody_can_read_are_compared_as_they_are(arguments: str) -> None:
    message = Message("assistant", (ToolCallPart("c1", "price", arguments),))
    raw = arguments.encode(errors="replace")
    assert is_same_turn(message, "", [("c1", "price", raw)])
    assert not is_same_turn(message, "", [("c1", "price", raw + b" 1")])
