"""The verifier reads the answer beside the results it rests on, and changes it only where the policy says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from msgspec import structs

from cryptodesk.core.events import ComputedFigure, ModelFinished, ModelStarted, RunFailed, RunFinished, TextDelta
from cryptodesk.core.generation import ResponseFormat
from cryptodesk.core.messages import Message, ToolCallPart
from cryptodesk.core.verification import Counts, Verification
from tests.engine.fakes import NOW, USAGE, Desk, ask, calls, says

FOUND = Verification("contradicted", Counts(bound=1, unbound=2, contradicted=3))


class Check:
    """Holds back everything from the first "lie" on until the end, and then says "truth" instead."""

    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier
        self._held = ""
        self.results: list[tuple[ToolCallPart, str]] = []
        self.text = ""
        self.computed: tuple[ComputedFigure, ...] = ()

    def add_result(self, call: ToolCallPart, output: str) -> None:
        self.results.append((call, output))

    def add_computed(self, figures: Sequence[ComputedFigure]) -> None:
        self.computed = tuple(figures)

    def feed(self, text: str) -> str:
        self.text += text
        if not self._verifier.changes_text:
            return text
        if self._held or "lie" in text:
            self._held += text
            return ""
        return text

    def finish(self) -> tuple[str, Verification]:
        if self._verifier.is_broken:
            raise ValueError("a defect")
        return self._held.replace("lie", "truth"), FOUND


class Verifier:
    def __init__(self, *, changes_text: bool = False, is_broken: bool = False, is_off: bool = False) -> None:
        self.changes_text = changes_text
        self.is_broken = is_broken
        self.is_off = is_off
        self.begun: list[tuple[Sequence[Message], datetime, bool]] = []
        self.checks: list[Check] = []

    def begin(self, messages: Sequence[Message], now: datetime, *, is_json: bool) -> Check | None:
        self.begun.append((list(messages), now, is_json))
        self.checks.append(Check(self))
        return None if self.is_off else self.checks[-1]


BUILT_IN = {"built_in_tools": ("market",)}


async def test_results_and_text_reach_the_verifier_and_its_finding_ends_the_run() -> None:
    verifier = Verifier()
    desk = Desk(calls(("market", '{"id":1}')), says("It is ", "5."), verifier=verifier)
    fold = await desk.result(ask("how much?", **BUILT_IN))
    assert fold.text == "It is 5."
    assert fold.finished is not None
    assert fold.finished.verification is FOUND
    (check,) = verifier.checks
    assert check.text == "It is 5."
    assert [(call.name, call.arguments, output) for call, output in check.results] == [
        ("market", '{"id":1}', '{"market":{"id":1}}')
    ]
    messages, now, is_json = verifier.begun[0]
    assert (messages[0].text, now, is_json) == ("how much?", NOW, False)
    assert (desk.log.summaries[0].figures_contradicted, desk.log.summaries[0].figures_unbound) == (3, 2)


async def test_a_run_without_tools_is_never_looked_at() -> None:
    verifier = Verifier(is_broken=True)
    fold = await Desk(says("5 is 5."), verifier=verifier).result(ask())
    assert verifier.begun == []
    assert fold.finished is not None
    assert fold.finished.verification is None


async def test_text_is_changed_where_the_policy_changes_it_streamed_and_buffered() -> None:
    for stream in (True, False):
        desk = Desk(calls(("market", "{}")), says("a ", "lie", " b"), verifier=Verifier(changes_text=True))
        assert (await desk.result(ask(stream=stream, **BUILT_IN))).text == "a truth b"


async def test_unchanged_text_keeps_its_events() -> None:
    desk = Desk(calls(("market", "{}")), says("a", "b"), verifier=Verifier(changes_text=True))
    events = await desk.events(ask(stream=True, **BUILT_IN))
    assert [event for event in events if isinstance(event, TextDelta)] == [TextDelta("a"), TextDelta("b")]


async def test_a_verifier_that_fails_costs_the_finding_alone() -> None:
    desk = Desk(calls(("market", "{}")), says("It is 5."), verifier=Verifier(is_broken=True))
    fold = await desk.result(ask(**BUILT_IN))
    assert fold.text == "It is 5."
    assert isinstance(fold.finished, RunFinished)
    assert fold.finished.verification is None


async def test_a_verifier_that_fails_while_it_changes_text_fails_the_run() -> None:
    verifier = Verifier(is_broken=True, changes_text=True)
    events = await Desk(calls(("market", "{}")), says("a lie"), verifier=verifier).events(ask(**BUILT_IN))
    assert isinstance(events[-1], RunFailed)
    assert not any(isinstance(event, TextDelta) and "lie" in event.text for event in events)


async def test_void_text_beside_traces_is_not_judged() -> None:
    verifier = Verifier()
    desk = Desk(calls(("market", "{}"), text="I look it up."), verifier=verifier)
    fold = await desk.result(ask(after_tools="return", **BUILT_IN))
    assert fold.finished is not None
    assert fold.finished.verification is None


async def test_a_synthesis_is_checked_against_the_results_of_its_turn() -> None:
    verifier = Verifier()
    desk = Desk(calls(("market", '{"id":1}')), says("It is 5."), verifier=verifier)
    await desk.result(ask(after_tools="return", **BUILT_IN))
    fold = await desk.result(ask("", resume_from="run1", after_tools="return"))
    assert fold.text == "It is 5."
    assert [output for _, output in verifier.checks[-1].results] == ['{"market":{"id":1}}']


async def test_a_failed_tool_is_no_result() -> None:
    verifier = Verifier()
    desk = Desk(calls(("market", "{}")), says("Nothing."), verifier=verifier)
    desk.tools.failing.add("market")
    await desk.result(ask(**BUILT_IN))
    assert verifier.checks[-1].results == []


async def test_json_and_the_moment_asked_about_are_told() -> None:
    verifier = Verifier()
    moment = datetime(2024, 3, 1, tzinfo=UTC)
    request = ask(response_format=ResponseFormat("json_object"), as_of=moment, **BUILT_IN)
    await Desk(calls(("market", "{}")), says("{}"), verifier=verifier).result(request)
    assert verifier.begun[0][1:] == (moment, True)


@pytest.mark.parametrize("stream", [True, False])
async def test_a_verifier_that_is_off_changes_nothing(stream: bool) -> None:
    desk = Desk(calls(("market", "{}")), says("It is 5."), verifier=Verifier(is_off=True))
    fold = await desk.result(structs.replace(ask(**BUILT_IN), stream=stream))
    assert fold.text == "It is 5."
    assert fold.finished is not None
    assert fold.finished.verification is None


FIVE = ComputedFigure(5.0, "price", "USD", "Bitcoin", "BTC", 1, "2026-09-10")


async def test_figures_that_the_provider_worked_out_are_told_before_the_judgement() -> None:
    verifier = Verifier()
    answer = [[ModelStarted("m"), TextDelta("It is 5."), ModelFinished("stop", USAGE, computed=(FIVE,))]]
    desk = Desk(calls(("market", "{}")), answer, verifier=verifier)
    await desk.result(ask(**BUILT_IN))
    assert verifier.checks[-1].computed == (FIVE,)
