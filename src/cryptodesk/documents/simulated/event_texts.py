"""The facts of events, as they are told in posts, articles and announcements."""

from __future__ import annotations

from datetime import datetime

from cryptodesk.documents.simulated.draws import Draws
from cryptodesk.documents.simulated.facts import Hack
from cryptodesk.documents.simulated.grammar import amount_of, pct_of, say
from cryptodesk.documents.simulated.plans import Plan, shown
from cryptodesk.documents.simulated.story import Listing, Raise, Unlock
from cryptodesk.documents.simulated.wording import notices
from cryptodesk.documents.simulated.writing import date_of, time_of

__all__ = ["event_facts", "event_text", "event_topic"]

_TEXTS = {
    "listing": notices.LISTING,
    "delisting": notices.DELISTING,
    "unlock": notices.UNLOCK,
    "unlocked": notices.UNLOCKED,
    "raise": notices.RAISE,
    "hack": notices.HACK,
    "update": notices.HACK_UPDATE,
}
_TOPICS = {"hack": "security", "update": "security", "raise": "fundraising", "unlocked": "unlock"}


def event_topic(kind: str) -> str:
    return _TOPICS.get(kind, kind)


def event_text(plan: Plan, draws: Draws) -> tuple[str, str]:
    """Title and text."""
    facts = event_facts(plan)
    titles, texts = _TEXTS[plan.kind]
    return say(titles, draws, facts), say(texts, draws, facts)


def event_facts(plan: Plan) -> dict[str, str]:
    """Raises: TypeError for a plan without an event."""
    match plan.fact:
        case Listing(name=name, symbol=symbol, exchange=exchange, at=at):
            return {**_coin(name, symbol), **_moment(at), "venue": shown(exchange)}
        case Unlock(name=name, symbol=symbol, unlock_at=at, recipients=recipients) as unlock:
            given = f", to {shown(recipients)}" if recipients else ""
            return {**_coin(name, symbol), **_moment(at), "share": pct_of(unlock.pct_of_supply), "recipients": given}
        case Raise(project=project, amount_usd=amount, investors=investors) as raised:
            return {
                "project": shown(project),
                "amount": amount_of(amount),
                "round": f" in a {shown(raised.round)} round" if raised.round else "",
                "investors": f" from {', '.join(map(shown, investors[:3]))}" if investors else "",
            }
        case Hack(protocol=protocol, amount_usd=amount, method=method, at=at):
            return {**_moment(at), "protocol": protocol, "amount": amount_of(amount), "method": method}
    raise TypeError(f"expected a plan with an event, got {plan.kind!r}")


def _coin(name: str, symbol: str) -> dict[str, str]:
    return {"name": shown(name), "symbol": shown(symbol), "tag": f"${shown(symbol)}"}


def _moment(at: datetime) -> dict[str, str]:
    return {"date": date_of(at), "time": time_of(at)}
