"""Stop sequences and one call at a time, whatever pieces the text comes in."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from cryptodesk.core.events import RunFinished, TextDelta, ToolCallDelta
from cryptodesk.core.verification import CheckedFigure, Counts, Verification
from cryptodesk.dialects.openai.shaping import Shape, Shaper
from tests.dialects.openai.requirements import requirement
from tests.dialects.openai.support import END, STARTED, Client, text_of, tool
from tests.dialects.support import FakeEngine


def shaped(pieces: list[str], *stops: str) -> tuple[str, RunFinished]:
    shaper = Shaper(Shape(stops))
    events = [event for piece in pieces for event in shaper.shape([TextDelta(piece)])]
    (*rest, finished) = shaper.shape([structs.replace(END, finish_reason="length")])
    assert isinstance(finished, RunFinished)
    return "".join(event.text for event in [*events, *rest] if isinstance(event, TextDelta)), finished


@requirement("OAI-STOP")
@given(
    st.text("abc\n", max_size=30), st.lists(st.text("abc\n", min_size=1, max_size=4), min_size=1, max_size=4), st.data()
)
def test_a_text_ends_before_the_first_stop_sequence(text: str, stops: list[str], data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    found, finished = shaped(pieces, *stops)
    ends = [at for at in map(text.find, stops) if at >= 0]
    # Of sequences that overlap, the one that is whole first ends the text.
    whole = min((text.find(stop) + len(stop) for stop in stops if stop in text), default=None)
    if whole is None:
        assert (found, finished.finish_reason) == (text, "length")
    else:
        assert finished.finish_reason == "stop"
        assert text.startswith(found)
        assert min(ends) <= len(found) <= whole
        assert not any(stop in found for stop in stops)


@requirement("OAI-STOP")
async def test_a_stop_sequence_is_honoured_whole_and_streamed() -> None:
    run: Any = [[STARTED], [TextDelta("Thought\nObs"), TextDelta("ervation: 5")], [END]]
    client = Client(FakeEngine(run))
    body, chunks = await client.whole(stop="\nObservation"), await client.streamed(stop=["\nObservation", "zzz"])
    assert body["choices"][0]["message"]["content"] == text_of(chunks) == "Thought"
    assert body["choices"][0]["finish_reason"] == "stop"


@requirement("OAI-STOP")
async def test_what_only_began_a_stop_sequence_is_sent_at_the_end() -> None:
    run: Any = [[STARTED], [TextDelta("It ends in\nObs")], [END]]
    assert text_of(await Client(FakeEngine(run)).streamed(stop="\nObservation")) == "It ends in\nObs"


@requirement("OAI-STOP")
def test_figures_beyond_the_end_are_not_told() -> None:
    figures = (CheckedFigure("5", 0, 1, "bound"), CheckedFigure("7", 9, 10, "bound"))
    end = structs.replace(END, verification=Verification("verified", Counts(bound=2), figures))
    shaper = Shaper(Shape(("STOP",)))
    shaper.shape([TextDelta("5 is STOP 7")])
    (finished,) = shaper.shape([end])
    assert isinstance(finished, RunFinished)
    assert finished.verification is not None
    assert finished.verification.figures == figures[:1]


@requirement("OAI-PARALLEL")
@pytest.mark.parametrize(("parallel", "names"), [(None, ["f", "g"]), (True, ["f", "g"]), (False, ["f"])])
async def test_one_call_at_a_time_where_that_is_asked(parallel: bool | None, names: list[str]) -> None:
    calls = [ToolCallDelta(0, "c1", "f", ""), ToolCallDelta(1, "c2", "g", "{}"), ToolCallDelta(0, None, None, "{}")]
    run: Any = [[STARTED], calls, [structs.replace(END, finish_reason="tool_calls")]]
    fields = {"tools": [tool("f"), tool("g")], "parallel_tool_calls": parallel}
    body = await Client(FakeEngine(run)).whole(**fields)
    assert [call["function"]["name"] for call in body["choices"][0]["message"]["tool_calls"]] == names
