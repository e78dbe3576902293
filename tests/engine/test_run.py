from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from cryptodesk.core.errors import (
    OutputLimitTooLow,
    UpstreamRateLimited,
    UpstreamRejected,
    UpstreamUnavailable,
)
from cryptodesk.core.events import (
    ModelEvent,
    ModelFinished,
    ModelStarted,
    RunFailed,
    RunFinished,
    RunStarted,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
)
from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.messages import Message, ToolCallPart, ToolResultPart, text_message
from cryptodesk.core.requests import Caller, RunLimits
from cryptodesk.core.tools import ToolSpec
from cryptodesk.core.usage import Usage
from tests.engine.fakes import Desk, FakeProvider, ask, calls, says

CLIENT_TOOL = ToolSpec("get_balance", "The balance.", {"type": "object"})


async def test_a_plain_run_is_started_said_and_finished() -> None:
    desk = Desk(says("Hel", "lo"))
    events = await desk.events(ask())
    assert events[0] == RunStarted("run1", 1790265910, "upstream-1", "default")
    assert events[1:3] == [TextDelta("Hel"), TextDelta("lo")]
    finished = events[3]
    assert isinstance(finished, RunFinished)
    assert (finished.finish_reason, finished.usage, finished.limit) == ("stop", Usage(100, 10), None)
    assert len(events) == 4


async def test_the_buffered_result_is_the_fold_of_the_streamed_events() -> None:
    streamed = await Desk(says("a", "b", "c")).result(ask(stream=True))
    buffered = await Desk(says("abc")).result(ask())
    assert streamed.text == buffered.text == "abc"
    assert streamed.finished == buffered.finished


async def test_a_batch_of_the_upstream_stays_one_batch() -> None:
    burst: list[list[ModelEvent]] = [
        [ModelStarted("m"), TextDelta("a"), TextDelta("b"), ModelFinished("stop", Usage(1, 1))]
    ]
    batches = [batch async for batch in Desk(burst).engine.run(ask(stream=True))]
    assert [len(batch) for batch in batches] == [3, 1]


async def test_turn_and_charge_are_on_disk_before_the_run_says_it_finished() -> None:
    desk = Desk(calls(("get_balance", "{}")))
    async for batch in desk.engine.run(ask(client_tools=(CLIENT_TOOL,))):
        if isinstance(batch[-1], RunFinished):
            assert desk.turns.turns["run1"].state == "client_open"
            assert [entry.amount_usd for entry in desk.ledger.entries] == [Decimal(110)]


async def test_of_an_answer_that_nothing_can_follow_its_charge_alone_is_kept() -> None:
    desk = Desk(says("hi"))
    async for batch in desk.engine.run(ask()):
        if isinstance(batch[-1], RunFinished):
            assert [(entry.run_id, entry.outcome) for entry in desk.ledger.entries] == [("run1", "finished")]
    assert desk.turns.turns == {}


async def test_an_unknown_model_fails_without_a_charge() -> None:
    desk = Desk(says("hi"))
    (failed,) = await desk.events(ask(model_id="nope"))
    assert isinstance(failed, RunFailed)
    assert failed.error.code == "model_not_found"
    assert desk.ledger.entries == []


async def test_a_defect_is_reported_without_its_cause() -> None:
    async def broken(request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        raise ZeroDivisionError("secret detail")
        yield []

    (failed,) = await Desk(broken).events(ask())
    assert isinstance(failed, RunFailed)
    assert failed.error.code == "internal_error"
    assert "secret" not in failed.error.message


async def test_the_run_is_summed_up_for_the_log() -> None:
    desk = Desk(says("hi"))
    await desk.events(ask())
    (summary,) = desk.log.summaries
    assert (summary.outcome, summary.amount_usd, summary.served_by) == ("finished", Decimal(110), "upstream-1")
    await desk.events(ask(model_id="nope"))
    assert (desk.log.summaries[1].outcome, desk.log.summaries[1].code) == ("failed", "model_not_found")


# -- routes ------------------------------------------------------------------------------------------------------------


async def test_the_next_route_answers_when_the_first_fails_before_its_first_byte() -> None:
    first = FakeProvider(UpstreamUnavailable("down", upstream="first"))
    second = FakeProvider(says("from the second"))
    desk = Desk(first=first, second=second)
    fold = await desk.result(ask())
    assert fold.text == "from the second"
    assert [entry.served_by for entry in desk.ledger.entries] == ["second-upstream"]


async def test_no_other_route_is_tried_once_an_answer_began() -> None:
    async def cut(request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        yield [ModelStarted("m"), TextDelta("half an ans")]
        raise UpstreamUnavailable("gone", upstream="first")

    second = FakeProvider(says("never"))
    fold = await Desk(first=FakeProvider(cut), second=second).result(ask(stream=True))
    assert fold.text == "half an ans"
    assert fold.failed is not None
    assert second.requests == []


async def test_a_rejected_request_is_not_tried_elsewhere() -> None:
    second = FakeProvider(says("never"))
    fold = await Desk(first=FakeProvider(UpstreamRejected("bad", upstream="first")), second=second).result(ask())
    assert fold.failed is not None
    assert fold.failed.error.code == "upstream_rejected"
    assert second.requests == []


async def test_the_last_routes_error_is_the_runs_error() -> None:
    fold = await Desk(UpstreamRateLimited("slow down", upstream="fake")).result(ask())
    assert fold.failed is not None
    assert fold.failed.error.code == "upstream_rate_limited"


@pytest.mark.parametrize("answer", [[], [[ModelStarted("m"), TextDelta("half")]]])
async def test_an_answer_that_never_finishes_is_a_bad_answer(answer: list[list[ModelEvent]]) -> None:
    fold = await Desk(answer).result(ask())
    assert fold.failed is not None
    assert fold.failed.error.code == "upstream_bad_answer"


# -- money -------------------------------------------------------------------------------------------------------------


async def test_the_surcharge_is_charged_when_a_built_in_is_offered_but_unused() -> None:
    desk = Desk(says("no tool needed"))
    fold = await desk.result(ask(built_in_tools=("market",)))
    assert fold.finished is not None
    assert [(e.kind, e.amount_usd) for e in desk.ledger.entries] == [
        ("charge", Decimal(110)),
        ("surcharge", Decimal(11)),
    ]
    assert fold.finished.cost.total_usd == Decimal(121)


async def test_usage_nobody_reported_is_estimated_and_marked() -> None:
    desk = Desk(says("12345678", usage=None))
    fold = await desk.result(ask("1234"))
    assert fold.finished is not None
    # 4 characters sent are one token, 8 written are two.
    assert (fold.finished.usage, fold.finished.usage_is_estimated) == (Usage(1, 2), True)
    assert desk.ledger.entries[0].usage_is_estimated


async def test_a_failure_before_any_text_costs_nothing() -> None:
    desk = Desk(OutputLimitTooLow("more"))
    await desk.result(ask(stream=True))
    assert desk.ledger.entries == []


async def test_a_stream_that_breaks_after_text_is_charged_as_failed() -> None:
    async def cut(request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        yield [ModelStarted("m"), TextDelta("12345678")]
        raise UpstreamUnavailable("gone", upstream="fake")

    desk = Desk(cut)
    await desk.result(ask("1234", stream=True))
    (entry,) = desk.ledger.entries
    assert (entry.outcome, entry.amount_usd, entry.usage_is_estimated) == ("failed", Decimal(3), True)


async def test_a_hang_up_closes_the_upstream_and_charges_what_was_used() -> None:
    desk = Desk(says("12345678", "more", "never read"))
    run = desk.engine.run(ask("1234", stream=True))
    await anext(run)
    await run.aclose()  # type: ignore[attr-defined]
    assert desk.provider.closed_early == 1
    (entry,) = desk.ledger.entries
    assert (entry.outcome, entry.amount_usd, entry.usage_is_estimated) == ("cancelled", Decimal(3), True)
    assert desk.log.summaries[0].outcome == "cancelled"


async def test_a_hang_up_after_the_end_is_not_charged_twice() -> None:
    desk = Desk(says("hi"))
    run = desk.engine.run(ask())
    async for batch in run:
        if isinstance(batch[-1], RunFinished):
            break
    await run.aclose()  # type: ignore[attr-defined]
    assert [entry.outcome for entry in desk.ledger.entries] == ["finished"]


async def test_cancelling_the_task_settles_too() -> None:
    reached = asyncio.Event()

    async def hangs(request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        yield [ModelStarted("m"), TextDelta("1234")]
        reached.set()
        await asyncio.Event().wait()

    desk = Desk(hangs)
    task = asyncio.create_task(desk.events(ask("1234", stream=True)))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [(e.outcome, e.amount_usd) for e in desk.ledger.entries] == [("cancelled", Decimal(2))]


# -- built-in tools ----------------------------------------------------------------------------------------------------


async def test_a_built_in_turn_hands_its_traces_to_the_caller() -> None:
    desk = Desk(calls(("market", '{"ids":[1]}'), text="Let me look."))
    events = await desk.events(ask(built_in_tools=("market",), after_tools="return"))
    assert [type(event) for event in events] == [RunStarted, ToolCallStarted, ToolCallFinished, RunFinished]
    assert isinstance(events[-1], RunFinished)
    assert events[-1].finish_reason == "tool_calls"
    stored = desk.turns.turns["run1"]
    assert stored.state == "built_in_open"
    assert stored.messages[-1] == Message("tool", (ToolResultPart("call_0", '{"market":{"ids":[1]}}', "market"),))


async def test_look_ups_are_chained_into_the_data_tool_within_one_request() -> None:
    desk = Desk(calls(("lookup", '{"q":"btc"}')), calls(("market", '{"ids":[1]}')))
    fold = await desk.result(ask(built_in_tools=("lookup", "market"), after_tools="return"))
    assert [trace.name for trace in fold.traces] == ["lookup", "market"]
    assert fold.text == ""
    assert fold.finished is not None
    assert fold.finished.usage == Usage(200, 20)
    assert [entry.kind for entry in desk.ledger.entries] == ["charge", "surcharge", "charge", "surcharge"]


async def test_a_lone_resolver_ends_the_turn_after_its_look_up() -> None:
    desk = Desk(calls(("lookup", '{"q":"btc"}')))
    fold = await desk.result(ask(built_in_tools=("lookup",), after_tools="return"))
    assert len(desk.provider.requests) == 1
    assert fold.finished is not None
    assert fold.finished.finish_reason == "tool_calls"


async def test_text_after_chained_look_ups_is_void() -> None:
    desk = Desk(calls(("lookup", '{"q":"btc"}')), says("Bitcoin has id 1."))
    fold = await desk.result(ask(built_in_tools=("lookup", "market"), after_tools="return", stream=True))
    assert fold.text == ""
    assert fold.finished is not None
    assert fold.finished.finish_reason == "tool_calls"
    assert desk.turns.turns["run1"].state == "built_in_open"


async def test_the_chain_of_look_ups_is_bounded() -> None:
    endless = [calls(("lookup", f'{{"q":{n}}}')) for n in range(9)]
    desk = Desk(*endless)
    limits = RunLimits(rounds=4)
    fold = await desk.result(ask(built_in_tools=("lookup", "market"), after_tools="return", limits=limits))
    assert len(fold.traces) == 4


async def test_text_is_held_back_until_no_built_in_can_void_it() -> None:
    desk = Desk(says("no ", "tool"))
    batches = [b async for b in desk.engine.run(ask(built_in_tools=("market",), after_tools="return", stream=True))]
    assert [type(batch[0]) for batch in batches] == [RunStarted, TextDelta, RunFinished]
    assert batches[1] == [TextDelta("no "), TextDelta("tool")]


async def test_the_desk_goes_on_to_the_finished_answer_when_asked_to() -> None:
    desk = Desk(calls(("lookup", '{"q":"btc"}')), calls(("market", '{"ids":[1]}')), says("Bitcoin is at 1."))
    fold = await desk.result(ask(built_in_tools=("lookup", "market"), tool_choice="required"))
    assert fold.text == "Bitcoin is at 1."
    assert [request.tool_choice for request in desk.provider.requests] == ["required", "auto", "auto"]
    assert desk.turns.turns == {}


async def test_independent_calls_run_side_by_side_and_answer_in_the_models_order() -> None:
    desk = Desk(calls(("market", '{"ids":[1]}'), ("maths", '{"e":"1+1"}')), says("done"))
    fold = await desk.result(ask(built_in_tools=("market", "maths")))
    assert desk.tools.side_by_side == 2
    assert [trace.name for trace in fold.traces] == ["market", "maths"]
    told = [m for m in desk.provider.requests[1].messages if m.role == "tool"]
    assert [part.name for m in told for part in m.parts if isinstance(part, ToolResultPart)] == ["market", "maths"]


async def test_a_failing_tool_is_told_to_the_model_and_the_run_goes_on() -> None:
    desk = Desk(calls(("market", "{}")), says("The data could not be had."))
    desk.tools.failing.add("market")
    fold = await desk.result(ask(built_in_tools=("market",)))
    assert fold.traces[0].status == "failed"
    assert fold.text == "The data could not be had."
    (told,) = [m for m in desk.provider.requests[1].messages if m.role == "tool"]
    assert told.parts == (ToolResultPart("call_0", "it broke", "market", True),)


async def test_a_built_in_that_was_not_offered_is_refused_and_never_reaches_the_caller() -> None:
    desk = Desk(calls(("maths", "{}")))
    fold = await desk.result(ask(built_in_tools=("market",), after_tools="return"))
    assert desk.tools.ran == []
    assert fold.traces[0].error_message == "'maths' is not offered in this request"
    assert fold.tool_calls == ()


async def test_the_same_call_is_not_run_twice_and_its_repetition_ends_the_run() -> None:
    desk = Desk(calls(("market", '{"a":1,"b":2}')), calls(("market", '{"b":2, "a":1}')), says("Here is what I have."))
    fold = await desk.result(ask(built_in_tools=("market",)))
    assert len(desk.tools.ran) == 1
    assert desk.provider.requests[2].tool_choice == "none"
    assert fold.finished is not None
    assert fold.finished.limit == "the model asked the same tool the same thing again"
    assert fold.text.startswith("Here is what I have.")
    assert "Stopped early: the model asked the same tool" in fold.text


async def test_two_equal_calls_in_one_round_are_run_once_and_both_answered() -> None:
    desk = Desk(calls(("market", "{}"), ("market", "{}")), says("ok"))
    await desk.result(ask(built_in_tools=("market",)))
    assert len(desk.tools.ran) == 1
    told = [part for m in desk.provider.requests[1].messages if m.role == "tool" for part in m.parts]
    assert [part.call_id for part in told if isinstance(part, ToolResultPart)] == ["call_0", "call_1"]


async def test_calls_without_distinct_ids_are_told_apart() -> None:
    deltas: list[ModelEvent] = [ToolCallDelta(0, "", "market", '{"a":1}'), ToolCallDelta(1, "", "maths", '{"a":1}')]
    desk = Desk([[ModelStarted("m"), *deltas, ModelFinished("tool_calls", None)]], says("ok"))
    fold = await desk.result(ask(built_in_tools=("market", "maths")))
    assert len({trace.call_id for trace in fold.traces}) == 2


async def test_the_round_limit_ends_in_an_answer_from_what_was_gathered() -> None:
    desk = Desk(*[calls(("market", f'{{"n":{n}}}')) for n in range(2)], says("Partly: 1."))
    fold = await desk.result(ask(built_in_tools=("market",), limits=RunLimits(rounds=3)))
    assert [request.tool_choice for request in desk.provider.requests] == ["auto", "auto", "none"]
    assert fold.text == (
        "Partly: 1.\n\n[Stopped early: the limit of 3 rounds was reached. "
        "The answer above uses what was gathered until then.]"
    )


async def test_the_call_limit_leaves_further_calls_unrun_and_says_so() -> None:
    desk = Desk(calls(*[("market", f'{{"n":{n}}}') for n in range(5)]), says("Partly."))
    fold = await desk.result(ask(built_in_tools=("market",), limits=RunLimits(tool_calls=2)))
    assert len(fold.traces) == 2
    told = [part for m in desk.provider.requests[1].messages if m.role == "tool" for part in m.parts]
    assert [part.is_error for part in told if isinstance(part, ToolResultPart)] == [False, False, True, True, True]
    assert fold.finished is not None
    assert fold.finished.limit == "the limit of 2 tool calls was reached"


async def test_the_cost_limit_stops_further_tool_rounds() -> None:
    desk = Desk(calls(("market", '{"n":1}')), says("That is all the budget allows."))
    fold = await desk.result(ask(built_in_tools=("market",), limits=RunLimits(cost_usd=Decimal(5000))))
    assert desk.provider.requests[1].tool_choice == "none"
    assert fold.finished is not None
    assert fold.finished.limit == "the cost limit of 5000 USD was reached"


async def test_the_token_limit_stops_further_tool_rounds() -> None:
    desk = Desk(calls(("market", '{"n":1}')), says("That is all."))
    fold = await desk.result(ask(built_in_tools=("market",), limits=RunLimits(tokens=110)))
    assert desk.provider.requests[1].tool_choice == "none"
    assert fold.finished is not None
    assert fold.finished.limit == "the limit of 110 tokens was reached"


async def test_a_spent_limit_ends_a_chain_of_look_ups() -> None:
    desk = Desk(calls(("lookup", '{"q":1}')), calls(("lookup", '{"q":2}')))
    limits = RunLimits(cost_usd=Decimal(5000))
    fold = await desk.result(ask(built_in_tools=("lookup", "market"), after_tools="return", limits=limits))
    assert len(desk.provider.requests) == 1
    assert fold.finished is not None
    assert fold.finished.finish_reason == "tool_calls"


async def test_a_model_that_only_calls_tools_when_forbidden_gets_an_honest_sentence() -> None:
    desk = Desk(*[calls(("market", f'{{"n":{n}}}')) for n in range(5)])
    fold = await desk.result(ask(built_in_tools=("market",), limits=RunLimits(rounds=2)))
    assert fold.text == "I could not finish this answer: the limit of 2 rounds was reached."
    assert fold.finished is not None
    assert fold.finished.finish_reason == "stop"


async def test_time_that_runs_out_in_mid_answer_leaves_a_marked_partial_answer() -> None:
    async def hangs(request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        yield [ModelStarted("m"), TextDelta("So far so good")]
        await asyncio.Event().wait()

    desk = Desk(hangs)
    fold = await desk.result(ask(stream=True, limits=RunLimits(seconds=0.02)))
    assert fold.text.startswith("So far so good\n\n[Stopped early: the time limit of 0.02 seconds was reached.")
    assert fold.finished is not None
    assert fold.finished.finish_reason == "length"
    assert desk.ledger.entries[0].usage_is_estimated


async def test_time_that_runs_out_before_anything_came_is_a_timeout() -> None:
    async def hangs(request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        await asyncio.Event().wait()
        yield []

    fold = await Desk(hangs).result(ask(limits=RunLimits(seconds=0.02)))
    assert fold.failed is not None
    assert fold.failed.error.code == "run_timeout"


async def test_time_that_runs_out_after_tools_still_hands_over_the_traces() -> None:
    async def hangs(request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        await asyncio.Event().wait()
        yield []

    desk = Desk(calls(("lookup", "{}")), hangs)
    limits = RunLimits(seconds=0.05)
    fold = await desk.result(ask(built_in_tools=("lookup", "market"), after_tools="return", limits=limits))
    assert fold.finished is not None
    assert (fold.finished.finish_reason, len(fold.traces)) == ("tool_calls", 1)


async def test_tools_get_the_runs_moment_and_a_bounded_time() -> None:
    desk = Desk(calls(("market", "{}")), says("ok"))
    await desk.result(ask(built_in_tools=("market",), limits=RunLimits(tool_seconds=3)))
    (context,) = desk.tools.contexts
    assert (context.run_id, context.timeout_seconds, context.as_of) == ("run1", 3, None)


async def test_the_prelude_comes_first_and_keeps_the_callers_system_text() -> None:
    desk = Desk(says("ok"))
    messages = (text_message("system", "Be brief."), text_message("user", "hi"))
    await desk.result(ask(messages=messages, built_in_tools=("market",)))
    system, user = desk.provider.requests[0].messages
    assert system.text.startswith("You can call the tools below")
    assert "How to use market." in system.text
    assert system.text.endswith("Be brief.")
    assert user == messages[1]


async def test_without_built_ins_the_conversation_is_passed_through_unchanged() -> None:
    desk = Desk(says("ok"))
    request = ask(messages=(text_message("system", "Be brief."), text_message("user", "hi")))
    await desk.result(request)
    assert desk.provider.requests[0].messages == request.messages
    assert desk.provider.requests[0].tool_choice == "none"


# -- the caller's own tools --------------------------------------------------------------------------------------------


async def test_a_client_call_ends_the_run_and_waits_for_its_result() -> None:
    desk = Desk(calls(("get_balance", '{"wallet":"main"}')))
    fold = await desk.result(ask(client_tools=(CLIENT_TOOL,)))
    assert fold.tool_calls == (ToolCallPart("call_0", "get_balance", '{"wallet":"main"}'),)
    assert fold.finished is not None
    assert fold.finished.finish_reason == "tool_calls"
    stored = desk.turns.turns["run1"]
    assert (stored.state, stored.pending_call_ids) == ("client_open", ("call_0",))


async def test_client_calls_are_passed_on_piece_by_piece() -> None:
    pieces: list[list[ModelEvent]] = [
        [ModelStarted("m"), ToolCallDelta(0, "call_0", "get_balance", "")],
        [ToolCallDelta(0, None, None, '{"a":')],
        [ToolCallDelta(0, None, None, "1}"), ModelFinished("tool_calls", Usage(1, 1))],
    ]
    batches = [b async for b in Desk(pieces).engine.run(ask(client_tools=(CLIENT_TOOL,), stream=True))]
    assert [type(batch[-1]) for batch in batches] == [ToolCallDelta, ToolCallDelta, ToolCallDelta, RunFinished]


@pytest.mark.parametrize("built_in_tools", [(), ("market",)])
async def test_a_call_without_arguments_has_an_empty_object(built_in_tools: tuple[str, ...]) -> None:
    desk = Desk(calls(("get_balance", "")))
    fold = await desk.result(ask(client_tools=(CLIENT_TOOL,), built_in_tools=built_in_tools))
    assert fold.tool_calls == (ToolCallPart("call_0", "get_balance", "{}"),)
    assert desk.turns.turns["run1"].messages[-1].tool_calls == fold.tool_calls


async def test_a_mixed_turn_runs_ours_and_hands_over_theirs() -> None:
    desk = Desk(calls(("market", "{}"), ("get_balance", "{}")))
    fold = await desk.result(ask(built_in_tools=("market",), client_tools=(CLIENT_TOOL,), after_tools="return"))
    assert [trace.name for trace in fold.traces] == ["market"]
    assert [call.name for call in fold.tool_calls] == ["get_balance"]
    assert desk.turns.turns["run1"].pending_call_ids == ("call_1",)


# -- resumption --------------------------------------------------------------------------------------------------------


async def open_client_turn(desk: Desk) -> str:
    await desk.result(ask("balance?", client_tools=(CLIENT_TOOL,)))
    return "run1"


def result_message(call_id: str = "call_0") -> Message:
    return Message("tool", (ToolResultPart(call_id, '{"btc":0.42}'),))


async def test_a_client_result_resumes_the_turn_and_completes_it() -> None:
    desk = Desk(calls(("get_balance", "{}")), says("You have 0.42 BTC."))
    turn_id = await open_client_turn(desk)
    fold = await desk.result(ask(messages=(result_message(),), resume_from=turn_id))
    assert fold.text == "You have 0.42 BTC."
    sent = desk.provider.requests[1]
    assert [message.role for message in sent.messages] == ["user", "assistant", "tool"]
    assert (sent.tools, sent.tool_choice) == ((CLIENT_TOOL,), "none")
    again = await desk.result(ask(messages=(result_message(),), resume_from=turn_id))
    assert again.failed is not None
    assert again.failed.error.code == "turn_completed"


@pytest.mark.parametrize(
    ("messages", "message"),
    [
        ((text_message("user", "well?"),), "No tool output found for function call call_0."),
        ((result_message("call_9"),), "No tool call found for function call output with call_id call_9."),
    ],
)
async def test_results_that_do_not_fit_are_refused_and_the_claim_given_back(
    messages: tuple[Message, ...], message: str
) -> None:
    desk = Desk(calls(("get_balance", "{}")), says("ok"))
    turn_id = await open_client_turn(desk)
    fold = await desk.result(ask(messages=messages, resume_from=turn_id))
    assert fold.failed is not None
    assert (fold.failed.error.code, fold.failed.error.message) == ("pending_tool_call", message)
    assert desk.turns.released == [turn_id]
    assert (await desk.result(ask(messages=(result_message(),), resume_from=turn_id))).text == "ok"


async def test_a_synthesis_writes_from_the_traces_and_calls_nothing() -> None:
    desk = Desk(calls(("market", "{}")), says("Bitcoin is at 1."))
    await desk.result(ask("price?", built_in_tools=("market",), after_tools="return"))
    fold = await desk.result(ask("price?", resume_from="run1", after_tools="return"))
    assert fold.text == "Bitcoin is at 1."
    sent = desk.provider.requests[1]
    assert sent.tool_choice == "none"
    assert [message.role for message in sent.messages] == ["system", "user", "assistant", "tool", "user"]
    assert sent.messages[0].text.startswith("The conversation holds results of tools")
    assert "run1" in desk.turns.completed
    # No surcharge: the resuming request lists no tool.
    assert [entry.kind for entry in desk.ledger.entries] == ["charge", "surcharge", "charge"]


async def test_a_synthesis_cut_short_leaves_the_turn_open() -> None:
    desk = Desk(calls(("market", "{}")), says("Bitc", reason="length"), says("Bitcoin is at 1."))
    await desk.result(ask("price?", built_in_tools=("market",), after_tools="return"))
    first = await desk.result(ask("price?", resume_from="run1", after_tools="return"))
    assert first.finished is not None
    assert first.finished.finish_reason == "length"
    second = await desk.result(ask("price?", resume_from="run1", after_tools="return"))
    assert second.text == "Bitcoin is at 1."


async def test_a_failed_follow_up_gives_the_claim_back() -> None:
    desk = Desk(calls(("market", "{}")), UpstreamUnavailable("down", upstream="fake"), says("ok"))
    await desk.result(ask("price?", built_in_tools=("market",), after_tools="return"))
    failed = await desk.result(ask("price?", resume_from="run1"))
    assert failed.failed is not None
    assert (await desk.result(ask("price?", resume_from="run1"))).text == "ok"


async def test_a_follow_up_may_call_again_only_when_it_lists_tools_and_says_so() -> None:
    desk = Desk(calls(("market", '{"n":1}')), calls(("market", '{"n":2}')))
    await desk.result(ask("price?", built_in_tools=("market",), after_tools="return"))
    fold = await desk.result(
        ask("more?", resume_from="run1", built_in_tools=("market",), tool_choice="auto", after_tools="return")
    )
    assert [trace.arguments for trace in fold.traces] == ['{"n":2}']
    assert desk.turns.turns["run2"].state == "built_in_open"


async def test_only_the_first_system_message_of_a_resumed_conversation_counts() -> None:
    desk = Desk(calls(("get_balance", "{}")), says("ok"))
    first = (text_message("system", "first"), text_message("user", "balance?"))
    await desk.result(ask(messages=first, client_tools=(CLIENT_TOOL,)))
    await desk.result(ask(messages=(text_message("system", "second"), result_message()), resume_from="run1"))
    systems = [message.text for message in desk.provider.requests[1].messages if message.role == "system"]
    assert systems == ["first"]


async def test_a_hang_up_while_the_claim_is_being_won_gives_it_back() -> None:
    desk = Desk(calls(("get_balance", "{}")), says("ok"))
    turn_id = await open_client_turn(desk)
    claim, asked, go_on = desk.turns.claim, asyncio.Event(), asyncio.Event()

    async def slow_claim(*arguments: object, **more: object) -> object:
        asked.set()
        await go_on.wait()
        return await claim(*arguments, **more)  # type: ignore[arg-type]

    desk.turns.claim = slow_claim  # type: ignore[method-assign,assignment]
    task = asyncio.create_task(desk.events(ask(messages=(result_message(),), resume_from=turn_id)))
    await asked.wait()
    task.cancel()
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert desk.turns.released == [turn_id]


async def test_another_keys_turn_is_not_found() -> None:
    desk = Desk(calls(("get_balance", "{}")), says("ok"))
    turn_id = await open_client_turn(desk)
    fold = await desk.result(
        ask(messages=(result_message(),), resume_from=turn_id, caller=Caller("acct", "someone else"))
    )
    assert fold.failed is not None
    assert fold.failed.error.code == "turn_not_found"


async def test_of_parallel_follow_ups_exactly_one_wins() -> None:
    desk = Desk(calls(("get_balance", "{}")), says("ok"))
    turn_id = await open_client_turn(desk)
    folds = await asyncio.gather(
        *[desk.result(ask(messages=(result_message(),), resume_from=turn_id)) for _ in range(8)]
    )
    assert sorted(fold.failed is None for fold in folds) == [False] * 7 + [True]
