from __future__ import annotations

from typing import Any

import msgspec
import pytest

from cryptodesk.core.events import ModelEvent, RunFold
from cryptodesk.models.openai_wire._tool_calls import CallAssembler
from cryptodesk.models.openai_wire._wire import ToolCallPiece


def piece(index: int | None = None, call_id: str | None = None, name: str | None = None, arguments: Any = None) -> Any:
    return {"index": index, "id": call_id, "function": {"name": name, "arguments": arguments}}


def assemble(*chunks: list[Any], are_whole: bool = False, is_cut: bool = False) -> tuple[RunFold, bool]:
    assembler, events = CallAssembler(), list[ModelEvent]()
    for pieces in chunks:
        assembler.read(msgspec.convert(pieces, list[ToolCallPiece]), events, are_whole=are_whole)
    is_good = assembler.finish(events, is_cut=is_cut)
    fold = RunFold()
    for event in events:
        fold.add(event)  # type: ignore[arg-type]
    return fold, is_good


def calls(*chunks: list[Any], **options: bool) -> list[tuple[str, str, str]]:
    fold, is_good = assemble(*chunks, **options)
    assert is_good
    return [(call.call_id, call.name, call.arguments) for call in fold.tool_calls]


def test_fragments_of_one_call_are_joined() -> None:
    assert calls([piece(0, "a", "f", "")], [piece(0, arguments='{"x"')], [piece(0, arguments=":1}")]) == [
        ("a", "f", '{"x":1}')
    ]


def test_interleaved_fragments_go_to_the_call_of_their_index() -> None:
    found = calls(
        [piece(0, "a", "f", "{"), piece(1, "b", "g", "{")], [piece(1, arguments="}")], [piece(0, arguments="}")]
    )
    assert found == [("a", "f", "{}"), ("b", "g", "{}")]


def test_indexes_that_do_not_begin_at_zero_are_counted_from_zero() -> None:
    fold, _ = assemble([piece(3, "a", "f", "{}")], [piece(7, "b", "g", "{}")])
    assert [call.name for call in fold.tool_calls] == ["f", "g"]


def test_an_id_repeated_on_every_fragment_is_one_call() -> None:
    assert calls([piece(0, "a", "f", "{")], [piece(0, "a", "f", "}")]) == [("a", "f", "{}")]
    assert calls([piece(None, "a", "f", "{")], [piece(None, "a", None, "}")]) == [("a", "f", "{}")]


def test_without_indexes_a_new_id_is_a_new_call() -> None:
    found = calls([piece(None, "a", "f", "{")], [piece(None, None, None, "}")], [piece(None, "b", "g", "{}")])
    assert found == [("a", "f", "{}"), ("b", "g", "{}")]


def test_without_index_and_id_a_new_name_is_a_new_call_with_an_id_of_ours() -> None:
    found = calls([piece(name="f", arguments="{}"), piece(name="g", arguments="{}")])
    assert [(name, arguments) for _, name, arguments in found] == [("f", "{}"), ("g", "{}")]
    assert all(call_id.startswith("call_") for call_id, _, _ in found)
    assert found[0][0] != found[1][0]


def test_index_zero_for_every_parallel_call_still_gives_several_calls() -> None:
    assert calls([piece(0, "a", "f", "{}")], [piece(0, "b", "g", "{"), piece(0, arguments="}")]) == [
        ("a", "f", "{}"),
        ("b", "g", "{}"),
    ]


@pytest.mark.parametrize("are_whole", [True, False])
def test_an_id_shared_by_two_calls_is_made_unique(are_whole: bool) -> None:
    found = calls([piece(0, "same", "f", "{}"), piece(1, "same", "f", '{"n":2}')], are_whole=are_whole)
    assert found[0] == ("same", "f", "{}")
    assert found[1][0] not in ("same", "")
    assert found[1][1:] == ("f", '{"n":2}')


def test_whole_calls_without_index_or_id_stay_apart() -> None:
    found = calls([piece(name="f", arguments="{}"), piece(name="f", arguments="{}")], are_whole=True)
    assert [name for _, name, _ in found] == ["f", "f"]


def test_empty_strings_are_no_ids_and_no_names() -> None:
    assert calls([piece(0, "a", "f", "{")], [piece(0, "", "", "}")]) == [("a", "f", "{}")]


def test_a_name_that_comes_late_keeps_the_arguments_that_came_before() -> None:
    assert calls([piece(0, "a", None, '{"x"')], [piece(0, None, "f", ":1}")]) == [("a", "f", '{"x":1}')]


def test_arguments_given_as_an_object_become_json_text() -> None:
    assert calls([piece(0, "a", "f", {"x": [1, "ä"]})]) == [("a", "f", '{"x":[1,"ä"]}')]


def test_a_call_without_arguments_gets_an_empty_object() -> None:
    assert calls([piece(0, "a", "f", "")]) == [("a", "f", "{}")]
    assert calls([{"index": 0, "id": "a", "function": {"name": "f"}}]) == [("a", "f", "{}")]


def test_a_call_cut_before_its_arguments_stays_cut() -> None:
    assert calls([piece(0, "a", "f", "")], is_cut=True) == [("a", "f", "")]


def test_a_call_that_never_gets_a_name_is_reported() -> None:
    assert assemble([piece(0, "a", None, "{}")])[1] is False
    assert assemble([{"index": 0, "id": "a"}])[1] is False
