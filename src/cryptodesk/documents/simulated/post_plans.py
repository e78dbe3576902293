"""Who posts about what on a day: most people about what moves, a few about nothing, and fixed shares of noise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from msgspec import structs

from cryptodesk.documents.simulated.draws import Draws
from cryptodesk.documents.simulated.facts import DayFacts, Field
from cryptodesk.documents.simulated.plans import Plan, Side
from cryptodesk.documents.simulated.timetable import POSTS, moments_of

__all__ = ["COPY_SHARE", "FOREIGN", "HOSTILE_SHARE", "NEAR_COPY_SHARE", "SPAM_SHARE", "plan_posts"]

HOSTILE_SHARE, SPAM_SHARE, COPY_SHARE, NEAR_COPY_SHARE, _FOREIGN_SHARE = 0.02, 0.06, 0.04, 0.08, 0.08
FOREIGN = ("es", "de", "fr", "pt", "ja")

_MARKET_CHANCE, _EVENT_CHANCE = 0.06, 0.12
_MOST_BACK = 60
# A change of this many percent outweighs an ordinary person's mood.
_SWAYING_PCT = 4.0
_MOOD_SPREAD = 1.6
_TAKES_SIDE = 0.5
# Of the coins followed, from this share on a day is a good one, below its rest a bad one.
_BROAD_SHARE = 0.6
# A prime above any day's volume, so that a step of it visits every place once.
_STEP = 7919
_MOST_SECONDS_UNKNOWN = 180


def plan_posts(seed: int, facts: DayFacts) -> tuple[Plan, ...]:
    """The posts of a day, earliest first."""
    moments = moments_of(seed, POSTS, facts.day)
    roles = _roles(seed, facts.day, len(moments))
    plans: list[Plan] = []
    for number, moment in enumerate(moments):
        draws = Draws(seed, "post plan", facts.day.toordinal(), number)
        known_at = moment + timedelta(seconds=draws.index(_MOST_SECONDS_UNKNOWN))
        plan = _plan(roles[number], number, (moment, known_at), draws, facts)
        plans.append(_copied(plan, roles[number], plans, draws) if "copy" in roles[number] else plan)
    return tuple(plans)


def _roles(seed: int, day: date, count: int) -> list[str]:
    """For each post of a day what it is; the shares are the same each day, the places are not."""
    shares = {
        "hostile": HOSTILE_SHARE,
        "spam": SPAM_SHARE,
        "copy": COPY_SHARE,
        "near_copy": NEAR_COPY_SHARE,
        "foreign": _FOREIGN_SHARE,
    }
    line = [name for name, share in shares.items() for _ in range(round(share * count))]
    line += ["ordinary"] * (count - len(line))
    shift = Draws(seed, "roles", day.toordinal()).index(count)
    return [line[(number * _STEP + shift) % count] for number in range(count)]


def _plan(role: str, number: int, moments: tuple[datetime, datetime], draws: Draws, facts: DayFacts) -> Plan:
    published_at, known_at = moments
    field = facts.field(published_at)
    plan = Plan(
        stream="post",
        day=facts.day,
        number=number,
        kind="move" if field else "market",
        type="social_post",
        published_at=published_at,
        known_at=known_at,
        role=role if role in {"hostile", "spam"} else "ordinary",  # type: ignore[arg-type]
        fact=field.pick(draws) if field else None,
        field=field,
        language=draws.pick(FOREIGN) if role == "foreign" and field else "en",
    )
    return _about(plan, draws, facts) if role not in {"hostile", "spam"} else plan


def _about(plan: Plan, draws: Draws, facts: DayFacts) -> Plan:
    """With its topic and side. A foreign one is about a coin."""
    chance = draws.unit()
    events = facts.known_events(plan.published_at)
    if plan.field is None or (chance < _MARKET_CHANCE and plan.language == "en"):
        return structs.replace(plan, kind="market", fact=None, side=_broad_side(plan.field))
    if chance < _EVENT_CHANCE and events and plan.language == "en":
        event = events[draws.index(len(events))]
        return structs.replace(plan, kind=event.kind, fact=event.fact)
    change_pct = getattr(plan.fact, "change_pct", 0.0)
    return structs.replace(plan, side=_mood(change_pct, draws))


def _mood(change_pct: float, draws: Draws) -> Side:
    """People follow the price, each in their own way."""
    pull = max(-2.5, min(2.5, change_pct / _SWAYING_PCT))
    lean = pull + (draws.unit() + draws.unit() + draws.unit() - 1.5) * _MOOD_SPREAD
    if abs(lean) < _TAKES_SIDE:
        return "flat"
    return "up" if lean > 0 else "down"


def _broad_side(field: Field | None) -> Side:
    if field is None:
        return "flat"
    share = field.rising / len(field.moves)
    if share > _BROAD_SHARE:
        return "up"
    return "down" if share < 1 - _BROAD_SHARE else "flat"


def _copied(plan: Plan, role: str, before: Sequence[Plan], draws: Draws) -> Plan:
    """A copy of an ordinary post of the hours before; itself where there is none yet."""
    start = len(before) - 1 - draws.index(_MOST_BACK)
    for original in reversed(before[: max(start + 1, 0)]):
        if original.role == "ordinary":
            return structs.replace(
                original,
                number=plan.number,
                published_at=plan.published_at,
                known_at=plan.known_at,
                role=role,
                original=original.number,
            )
    return plan
