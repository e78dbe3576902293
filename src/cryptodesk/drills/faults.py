"""The named faults: what the provider, the client or the store does, and what the contract promises then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from cryptodesk.drills import plays
from cryptodesk.drills.answers import Frame
from cryptodesk.drills.contract import Charge, Expected, Shape
from cryptodesk.drills.dialects import WayIn
from cryptodesk.drills.provider import Play
from cryptodesk.drills.script import Role, said_for
from cryptodesk.drills.wires import Wire

__all__ = ["FAULTS", "Circumstance", "Fault", "Place", "fault_names"]

# Who is struck beside the provider: a run that lasts as long as it may, the clock, or the store.
Circumstance = Literal["usual", "lasts", "clock", "full_store", "filling_store"]


class Place(Struct, frozen=True):
    """Where a fault strikes: which way in, on which wire, whether the embedded analyst stands in for the model, how
    often a provider that limits us is asked again, and for a cut after how many frames."""

    way: WayIn
    wire: Wire
    stands_in: bool
    retries: int
    at: int = 0

    @property
    def frames(self) -> list[Frame]:
        """The answer as the struck call brings it."""
        said = said_for("write", b"", 0)
        if self.way.is_research or self.way.is_streamed:
            return self.wire.frames(said, "model")
        # Without the end of its HTTP message a body is never whole.
        return [Frame(b""), Frame(b"")]


class Fault(Struct, frozen=True):
    """`play` is None where it depends on the circumstance; `strikes` is the call of a researched answer that is
    struck; `client_leaves` once the provider waits."""

    name: str
    does: str
    promise: str
    play: Callable[[Place], Play | None]
    expects: Callable[[Place], Expected]
    strikes: Role = "write"
    client_leaves: bool = False
    circumstance: Circumstance = "usual"
    applies: Callable[[Place], bool] = lambda _: True
    at: Callable[[Place], range] = lambda _: range(1)


def fault_names() -> tuple[str, ...]:
    return tuple(fault.name for fault in FAULTS)


def _kept(shape: Shape, charge: Charge, **more: bool) -> Expected:
    return Expected(((shape, charge),), **more)


def _whole(place: Place) -> Expected:
    return _kept(Shape.WHOLE, Charge.REPORTED)


def _before(place: Place) -> Expected:
    """The provider failed before its first word."""
    if place.way.is_research or place.stands_in:
        return _kept(Shape.STAND_IN, Charge.NOTHING)
    return _kept(Shape.REFUSED, Charge.FREE)


def _after(place: Place) -> Expected:
    """The provider failed after its first word. What was researched is passed on in sentences: until the first one is
    out, code can still write the answer."""
    if place.way.is_research:
        return Expected(((Shape.BROKEN, Charge.ESTIMATED), (Shape.STAND_IN, Charge.ESTIMATED)))
    return _kept(Shape.BROKEN, Charge.ESTIMATED) if place.way.is_streamed else _before(place)


def _cut(place: Place) -> Expected:
    sent = place.frames[: place.at]
    if not any(frame.says or frame.ends for frame in sent):
        return _before(place)
    if not any(frame.ends for frame in sent):
        return _after(place)
    is_told = any(frame.reports for frame in sent)
    return _kept(Shape.WHOLE, Charge.REPORTED if is_told else Charge.ESTIMATED)


def _silent(place: Place) -> Expected:
    if place.way.is_research:
        pairs = ((Shape.SHORT, Charge.ESTIMATED), (Shape.STAND_IN, Charge.ESTIMATED))
        return Expected(pairs, is_left=True)
    return _kept(Shape.REFUSED, Charge.FREE, is_left=True)


def _endless(place: Place) -> Expected:
    if place.way.is_research or place.way.is_streamed:
        return _kept(Shape.SHORT, Charge.ESTIMATED, is_left=True)
    return Expected(((Shape.REFUSED, Charge.FREE), (Shape.SHORT, Charge.ESTIMATED)), is_left=True)


def _huge(place: Place) -> Expected:
    return Expected(_after(place).pairs, is_left=True)


def _left(place: Place) -> Expected:
    return _kept(Shape.LEFT, Charge.ESTIMATED, is_left=True)


def _bad_call(place: Place) -> Expected:
    if not place.wire.has_json_arguments:
        return _kept(Shape.WHOLE, Charge.NOTHING) if place.way.is_research else _before(place)
    return _tool(place)


def _tool(place: Place) -> Expected:
    return _kept(Shape.WHOLE if place.way.goes_on else Shape.TRACE, Charge.REPORTED)


def _slow_tool(place: Place) -> Expected:
    if place.way.is_research:
        short = ((Shape.SHORT, Charge.REPORTED), (Shape.STAND_IN, Charge.REPORTED))
        return Expected((*short, (Shape.FAILED, Charge.FREE)))
    return _kept(Shape.SHORT, Charge.REPORTED) if place.way.goes_on else _tool(place)


def _burst(place: Place) -> Expected:
    return _whole(place) if place.retries else _before(place)


def _full(place: Place) -> Expected:
    return _kept(Shape.REFUSED, Charge.FREE, is_asked=False)


def _filling(place: Place) -> Expected:
    is_passed_on = place.way.is_research or place.way.is_streamed
    return _kept(Shape.BROKEN if is_passed_on else Shape.REFUSED, Charge.LOST)


def _streamed(place: Place) -> bool:
    return place.way.is_streamed


FAULTS: tuple[Fault, ...] = (
    Fault(
        "slow_first_token",
        "The provider takes its time before the first word.",
        "The client waits and gets the whole answer.",
        lambda _: plays.sleeps_first,
        _whole,
    ),
    Fault(
        "no_first_token",
        "The provider accepts the request and says nothing.",
        "When the run's time is up the provider's connection is closed and the client is told; a researched answer "
        "is finished from what was gathered. A chat costs nothing.",
        lambda _: plays.is_silent,
        _silent,
        circumstance="lasts",
    ),
    Fault(
        "cut",
        "The connection to the provider breaks, after each frame in turn.",
        "Before the first word the stand-in answers, or an error status. After it an error frame, then the "
        "terminator, and no finish reason. Once the provider has said why it stopped the answer is whole.",
        lambda place: plays.cut_at(place.at),
        _cut,
        at=lambda place: range(len(place.frames) + 1),
    ),
    Fault(
        "bad_tool_json",
        "The model calls a tool with half a JSON object.",
        "The call fails in the trace, with HTTP 200; where the run goes on it does so without it. On a wire whose "
        "arguments cannot be broken the provider says so itself: that is a failure before the first word.",
        lambda _: plays.calls_badly,
        _bad_call,
        strikes="gather",
    ),
    Fault(
        "lost_usage",
        "The provider never tells its token counts.",
        "The answer is whole; its charge is an estimate, and marked.",
        lambda _: plays.says_nothing_of_tokens,
        lambda _: _kept(Shape.WHOLE, Charge.ESTIMATED),
    ),
    Fault(
        "burst_429",
        "The provider limits us for a moment.",
        "It is asked again, as often as the setting `model_retries` says; the client notices nothing.",
        lambda place: plays.limits_at_first(place.retries or 1),
        _burst,
    ),
    Fault(
        "endless_429",
        "The provider limits us and goes on doing so.",
        "The stand-in answers, or an error status. Nothing is charged for the refusals.",
        lambda _: plays.limits,
        _before,
    ),
    Fault(
        "down_500",
        "The provider answers each attempt with HTTP 500.",
        "The stand-in answers, or an error status. Nothing is charged for the attempts.",
        lambda _: plays.is_down,
        _before,
    ),
    Fault(
        "html_answer",
        "A proxy answers for the provider: HTTP 200 and a page of HTML.",
        "No answer: the stand-in answers, or an error status. Nothing is charged.",
        lambda _: plays.says_html,
        _before,
    ),
    Fault(
        "duplicate_frames",
        "Every frame comes twice.",
        "Each is passed on as it came, and the answer is charged once.",
        lambda _: plays.says_twice,
        _whole,
        applies=_streamed,
    ),
    Fault(
        "split_utf8",
        "The answer comes five bytes at a time, characters cut in two.",
        "The answer is whole.",
        lambda _: plays.splits_characters,
        _whole,
    ),
    Fault(
        "huge_frame",
        "After some words comes one frame of more than a million bytes.",
        "The frame is not read to its end: an error frame, the terminator, and the provider's connection is closed.",
        lambda _: plays.says_one_huge_frame,
        _huge,
        applies=_streamed,
    ),
    Fault(
        "never_ends",
        "The provider writes for ever.",
        "When the run's time is up its connection is closed; the client has the words and is told that they were cut "
        "short. An answer that was to come whole ends so too where the provider was asked for a stream; else it is an "
        "error, and costs nothing.",
        lambda _: plays.never_ends,
        _endless,
        circumstance="lasts",
    ),
    Fault(
        "client_gone_early",
        "The client hangs up before the provider's first word.",
        "The provider's connection is closed at once. What was sent to it is charged as an estimate.",
        lambda _: plays.is_silent,
        _left,
        client_leaves=True,
    ),
    Fault(
        "client_gone",
        "The client hangs up in the middle of the answer.",
        "The provider's connection is closed at once. What was used until then is charged as an estimate.",
        lambda _: plays.waits_after_a_word,
        _left,
        client_leaves=True,
    ),
    Fault(
        "tool_fails",
        "A built-in tool breaks.",
        "The call fails in the trace, with HTTP 200; where the run goes on it does so without it.",
        lambda _: plays.calls_tool(plays.FAILING),
        _tool,
        strikes="gather",
    ),
    Fault(
        "tool_slow",
        "A built-in tool takes longer than it may.",
        "It is cut off and the call fails in the trace. Where the run goes on, time is up: the client is told so, a "
        "researched answer is finished from what was gathered, and where that is nothing an error frame says so.",
        lambda _: plays.calls_tool(plays.LASTING),
        _slow_tool,
        strikes="gather",
        circumstance="lasts",
    ),
    Fault(
        "clock_skew",
        "Our clock jumps an hour ahead in the middle of the answer, and back after it.",
        "Nothing changes: the answer is whole, charged once, and what was held is given back.",
        lambda _: None,
        _whole,
        circumstance="clock",
    ),
    Fault(
        "store_full",
        "The disk of the ledger is full.",
        "An error status; no provider is asked and nothing is charged.",
        lambda _: plays.well,
        _full,
        circumstance="full_store",
    ),
    Fault(
        "store_fills",
        "The disk of the ledger fills up in the middle of the answer.",
        "The client is told that the answer failed: an error frame, or an error status. What was held stays held "
        "until it lapses, for nothing can be recorded.",
        lambda _: None,
        _filling,
        circumstance="filling_store",
    ),
)
