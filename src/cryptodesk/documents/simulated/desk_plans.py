"""What newsrooms, exchanges, researchers and the macro desk publish on a day."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import structs

from cryptodesk.documents.records import DocumentType
from cryptodesk.documents.simulated.draws import Draws
from cryptodesk.documents.simulated.facts import DayFacts, Event
from cryptodesk.documents.simulated.plans import Plan, side_of
from cryptodesk.documents.simulated.story import Listing, Move
from cryptodesk.documents.simulated.timetable import NEWS, midnight, moments_of

__all__ = ["EXTRAS", "plan_desk"]

_ANNOUNCEMENTS, _RESEARCH = 4, 2
# Beside the news: announcements, research, a builder's post, the macro agenda and what was released.
EXTRAS = _ANNOUNCEMENTS + _RESEARCH + 3

_COPIES = 3
_STEP = 7919
_EVENT_CHANCE = 0.6
_THEME_CHANCE, _ANALYSIS_CHANCE = 0.12, 0.26
_MOST_MINUTES_UNKNOWN = {"news": 20, "exchange_announcement": 10, "macro_event": 5, "research": 720, "blog": 360}
_LATEST = timedelta(hours=23, minutes=55)
_FEWEST_TO_COMPARE = 3


def plan_desk(seed: int, facts: DayFacts) -> tuple[Plan, ...]:
    """The texts of a day; `number` is a place in it, whatever the moment."""
    moments = moments_of(seed, NEWS, facts.day)
    news = _news(seed, facts, moments)
    return (*news, *_extras(seed, facts, len(news)))


def _news(seed: int, facts: DayFacts, moments: Sequence[datetime]) -> list[Plan]:
    count = len(moments)
    shift = Draws(seed, "desk roles", facts.day.toordinal()).index(count)
    waiting = deque(facts.events)
    plans: list[Plan] = []
    for number, moment in enumerate(moments):
        draws = Draws(seed, "desk plan", facts.day.toordinal(), number)
        place = (number * _STEP + shift) % count
        plan = _start(facts, number, "news", moment, draws)
        if place == 0 and plan.field is not None:
            plan = structs.replace(plan, kind="press", role="hostile")
        elif place <= _COPIES and (found := _copied(plan, plans, draws)) is not None:
            plan = found
        elif waiting and waiting[0].at <= moment and draws.unit() < _EVENT_CHANCE:
            event = waiting.popleft()
            plan = structs.replace(plan, kind=event.kind, fact=event.fact, event_at=_event_at(event))
        else:
            plan = _told(plan, draws, is_wrap=number in {1, count // 2, count - 3})
        plans.append(plan)
    return plans


def _start(facts: DayFacts, number: int, type_: DocumentType, moment: datetime, draws: Draws) -> Plan:
    delay = timedelta(minutes=1 + draws.index(_MOST_MINUTES_UNKNOWN[type_]))
    field = facts.field(moment)
    fact = field.pick(draws) if field is not None and type_ == "news" else None
    return Plan(
        stream="desk",
        day=facts.day,
        number=number,
        kind=type_,
        type=type_,
        published_at=moment,
        known_at=moment + delay,
        side=side_of(fact.change_pct) if fact else "flat",
        fact=fact,
        field=field,
    )


def _event_at(event: Event) -> datetime:
    return getattr(event.fact, "unlock_at", event.at)


def _told(plan: Plan, draws: Draws, *, is_wrap: bool) -> Plan:
    """An article about a coin, the whole market, or something that no price explains."""
    chance = draws.unit()
    if plan.field is None or (chance < _THEME_CHANCE and not is_wrap):
        return structs.replace(plan, kind="theme", fact=None)
    if is_wrap and len(plan.field.moves) >= _FEWEST_TO_COMPARE:
        lead = plan.field.moves[0]
        return structs.replace(plan, kind="wrap", fact=lead, side=side_of(lead.change_pct))
    return structs.replace(plan, kind="analysis" if chance < _ANALYSIS_CHANCE else "move")


def _copied(plan: Plan, before: Sequence[Plan], draws: Draws) -> Plan | None:
    """The same story by somebody else; None where there is none to take over yet."""
    originals = [each for each in before if each.role == "ordinary" and isinstance(each.fact, Move)]
    if not originals:
        return None
    original = originals[draws.index(len(originals))]
    return structs.replace(
        original,
        number=plan.number,
        published_at=plan.published_at,
        known_at=plan.known_at,
        role="near_copy",
        original=original.number,
    )


def _extras(seed: int, facts: DayFacts, first: int) -> Iterator[Plan]:
    """As many as EXTRAS on any day."""
    listings = deque(event for event in facts.events if isinstance(event.fact, Listing))
    for place in range(EXTRAS):
        draws = Draws(seed, "desk extra", facts.day.toordinal(), place)
        number, start = first + place, midnight(facts.day)
        if place < _ANNOUNCEMENTS:
            moment = start + timedelta(hours=place * 24 / _ANNOUNCEMENTS, minutes=10 + draws.index(240))
            yield _announcement(facts, number, moment, draws, listings)
        elif place < _ANNOUNCEMENTS + _RESEARCH:
            hour = 7 + 8 * (place - _ANNOUNCEMENTS)
            yield _research(facts, number, start + timedelta(hours=hour, minutes=draws.index(120)), draws)
        elif place == EXTRAS - 3:
            moment = start + timedelta(hours=9, minutes=draws.index(480))
            yield structs.replace(_start(facts, number, "blog", moment, draws), field=None)
        elif place == EXTRAS - 2:
            yield _agenda(facts, number, start + timedelta(hours=6, minutes=draws.index(30)), draws)
        else:
            yield _release(facts, number, draws)


def _announcement(facts: DayFacts, number: int, moment: datetime, draws: Draws, waiting: deque[Event]) -> Plan:
    """Of the first market that opened or closed and was not announced yet; else something of every day."""
    plan = _start(facts, number, "exchange_announcement", moment, draws)
    # Looking no further than the moment: that nothing is said must not tell what comes later.
    if not waiting or waiting[0].at > moment:
        return structs.replace(plan, kind="routine")
    event = waiting.popleft()
    return structs.replace(plan, kind=event.kind, fact=event.fact, event_at=event.at)


def _research(facts: DayFacts, number: int, moment: datetime, draws: Draws) -> Plan:
    plan = _start(facts, number, "research", moment, draws)
    if plan.field is None or len(plan.field.moves) < _FEWEST_TO_COMPARE:
        return structs.replace(plan, kind="blog", type="blog")
    return plan


def _agenda(facts: DayFacts, number: int, moment: datetime, draws: Draws) -> Plan:
    ahead = [release.at for release in facts.agenda if release.at > moment]
    plan = _start(facts, number, "macro_event", moment, draws)
    return structs.replace(plan, kind="agenda", event_at=ahead[0] if ahead else None)


def _release(facts: DayFacts, number: int, draws: Draws) -> Plan:
    """After the last figure of the day is out; on a day without figures somebody writes about building things."""
    out = [release for release in facts.releases if release.actual is not None]
    moment = out[-1].at + timedelta(minutes=2 + draws.index(10)) if out else None
    if moment is None or moment > midnight(facts.day) + _LATEST:
        quiet = midnight(facts.day) + timedelta(hours=12, minutes=draws.index(300))
        return structs.replace(_start(facts, number, "blog", quiet, draws), field=None)
    return structs.replace(_start(facts, number, "macro_event", moment, draws), kind="release", event_at=out[0].at)
