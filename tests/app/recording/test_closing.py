"""A tape made into bytes: what is kept, what is left out and what is never there."""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256

from cryptodesk.app.recording.closing import asked_hash, close_tape, secrets_among, without_secrets
from cryptodesk.app.recording.format import Recording, TapedTool, decode
from cryptodesk.app.recording.tape import RunTape
from cryptodesk.core.events import ModelFinished, ModelStarted, RunFinished, TextDelta
from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.messages import Message, TextPart, ToolCallPart, ToolResultPart, text_message
from cryptodesk.core.ports import StoredTurn
from cryptodesk.core.tools import ToolTrace
from cryptodesk.core.usage import Cost, Usage

RUN_ID = "01a2" + "0" * 28
ANSWER = b'{"answer":"SECRETWORD"}'
CALL = ToolCallPart("call_1", "cmc_market_data", '{"of":"SECRETWORD"}')
TRACE = ToolTrace("call_1", "cmc_market_data", CALL.arguments, "completed", '{"price":100}')


def tape(text: str = "SECRETWORD") -> RunTape:
    made = RunTape(1_790_000_000.0)
    made.recording.run_id = RUN_ID
    made.recording.asked.body = b'{"question":"SECRETWORD"}'
    taped = made.begin_stream("p", ModelRequest("m", (text_message("user", text),)))
    taped.times, taped.sizes = [1.0, 2.0], [2, 1]
    taped.events = [ModelStarted("m-1"), TextDelta(text), ModelFinished("stop", Usage(3, 4))]
    made.sent += [
        {"type": "http.response.start", "status": 200, "headers": [(b"x", b"y")]},
        {"type": "http.response.body", "body": b": keep-alive\n\n", "more_body": True},
        {"type": "http.response.body", "body": ANSWER},
    ]
    made.recording.tools.append(TapedTool(CALL, 0.1, 0.2, TRACE))
    made.recording.finished = RunFinished("stop", Usage(3, 4), Cost(Decimal("0.5")))
    made.recording.text = [text]
    return made


async def closed(made: RunTape, *, most_bytes: int = 1 << 20, is_redacted: bool = False) -> Recording:
    return decode(close_tape(made, most_bytes=most_bytes, is_redacted=is_redacted))


async def test_a_recording_is_read_as_it_was_made() -> None:
    made = tape()
    found = await closed(made)
    assert found.run_id == RUN_ID
    assert (found.given.status, found.given.pieces, found.given.is_whole) == (200, [ANSWER], True)
    assert (found.streams[0].codes, found.streams[0].sizes) == ("bxe", [2, 1])
    assert found.tools[0].trace == TRACE
    assert found.finished is not None
    assert found.finished.cost.tokens_usd == Decimal("0.5")


async def test_redaction_leaves_hashes_in_place_of_texts_and_keeps_data_times_and_money() -> None:
    made = tape()
    body = close_tape(made, most_bytes=1 << 20, is_redacted=True)
    assert b"SECRETWORD" not in body
    found = decode(body)
    assert found.redacted["answer"].sha256 == sha256(ANSWER).hexdigest()
    assert found.redacted["text"].sha256 == sha256(b"SECRETWORD").hexdigest()
    assert found.redacted["request"].size == 25
    assert found.tools[0].trace is not None
    assert found.tools[0].trace.model_content == '{"price":100}'
    assert found.streams[0].codes == "be"
    assert found.finished is not None
    assert "left out" in found.missing


async def test_of_a_redacted_follow_up_results_of_built_in_tools_stay_and_the_users_do_not() -> None:
    made = tape()
    parts = (ToolResultPart("a", '{"price":1}', "cmc_market_data"), ToolResultPart("b", "SECRETWORD", "my_tool"))
    messages = (text_message("user", "SECRETWORD"), Message("tool", parts))
    made.recording.turn = StoredTurn("t", "k", "built_in_open", 1.0, messages, ("cmc_market_data",))
    made.recording.earlier = [parts[1]]
    body = close_tape(made, most_bytes=1 << 20, is_redacted=True)
    assert b"SECRETWORD" not in body
    assert decode(body).earlier == [parts[0]]


async def test_what_is_too_large_is_kept_without_texts_and_then_without_results() -> None:
    found = await closed(tape("x" * 20_000), most_bytes=10_000)
    assert found.missing == "the recording is larger than 10000 bytes"
    made = tape()
    made.recording.tools = [TapedTool(CALL, 0.1, 0.2, ToolTrace("c", "n", "{}", "completed", "y" * 20_000))]
    assert (await closed(made, most_bytes=10_000)).tools == []


async def test_a_secret_is_overwritten_by_as_many_stars_in_each_recording_that_has_it() -> None:
    secrets = secrets_among(["sk-1234567890", "short", ""])
    assert secrets == (b"sk-1234567890",)
    texts = ("the key is sk-1234567890", "there is no key", "sk-1234567890 and sk-1234567890")
    bodies = [close_tape(tape(text), most_bytes=1 << 20, is_redacted=False) for text in texts]
    frames = without_secrets([(RUN_ID, body) for body in bodies], secrets)
    assert [len(body) for _, body in frames] == [len(body) for body in bodies]
    found = [decode(body).text for _, body in frames]
    assert found == [["the key is *************"], ["there is no key"], ["************* and *************"]]


async def test_the_hash_of_what_was_asked_knows_every_word_but_the_fences_marks() -> None:
    def asked(text: str) -> bytes:
        return asked_hash(ModelRequest("m", (Message("user", (TextPart(text),)),)))

    assert asked("a") != asked("b")
    assert asked("⟦abcdef012345 quoted abcdef012345⟧") == asked("⟦0123456789ab quoted 0123456789ab⟧")
    assert asked("⟦abcdef012345 quoted abcdef012345⟧") != asked("⟦abcdef012345 told abcdef012345⟧")


async def test_a_run_of_too_many_parts_says_that_it_cannot_be_replayed() -> None:
    made = tape()
    assert not made.has_room(1_000_000)
    assert "more than" in (await closed(made)).missing
