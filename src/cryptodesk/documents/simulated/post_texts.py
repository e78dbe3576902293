"""Writes posts."""

from __future__ import annotations

from collections.abc import Mapping

from cryptodesk.documents.simulated.draws import Draws
from cryptodesk.documents.simulated.event_texts import event_facts
from cryptodesk.documents.simulated.grammar import say
from cryptodesk.documents.simulated.names import NETWORKS, handle
from cryptodesk.documents.simulated.plans import Plan, move_facts, side_of
from cryptodesk.documents.simulated.story import Move
from cryptodesk.documents.simulated.wording import foreign, hostile, posts
from cryptodesk.documents.simulated.writing import Written

__all__ = ["write_post"]

_BOTS = 25
_MOST_LIKED = 60_000
_WITH_PAGE = 0.7
_TITLE_LENGTH = 80
_OFF_TOPIC: Mapping[str, str] = {
    "name": "the market",
    "symbol": "COINS",
    "tag": "$COINS",
}


def write_post(seed: int, plan: Plan, original_text: str | None) -> Written:
    """`original_text` is of the post that it copies."""
    draws = Draws(seed, "post", plan.day.toordinal(), plan.number)
    is_bad = plan.role in {"spam", "hostile"}
    author = handle(seed, Draws(seed, "bot", draws.index(_BOTS)) if is_bad else draws)
    network = draws.pick(NETWORKS)
    engagement = min(int(2 * draws.unit() ** -1.15) - 2, _MOST_LIKED)
    text = _text(plan, original_text, draws)
    has_page = draws.unit() < _WITH_PAGE
    return Written(
        publisher=network.name,
        title=text[:_TITLE_LENGTH],
        text=text,
        author=author,
        url=f"https://{network.host}/{author}/{plan.day:%Y%m%d}{plan.number:04d}" if has_page else None,
        engagement=engagement // 20 if is_bad else engagement,
    )


def _text(plan: Plan, original_text: str | None, draws: Draws) -> str:
    if original_text is not None:
        return original_text if plan.role == "copy" else say(posts.NEAR_COPY, draws, {"text": original_text})
    facts = move_facts(plan.fact) if isinstance(plan.fact, Move) else _OFF_TOPIC
    if plan.role in {"spam", "hostile"}:
        choices = hostile.SPAM if plan.role == "spam" else hostile.HOSTILE_POSTS
        return draws.pick(choices).format_map({**facts, "number": str(100 + draws.index(900))})
    if plan.kind == "market":
        return say(posts.MARKET[plan.side], draws, facts)
    if isinstance(plan.fact, Move):
        return _about_move(plan, plan.fact, draws, facts)
    kind = {"unlocked": "unlock", "update": "hack"}.get(plan.kind, plan.kind)
    return say(posts.EVENTS[kind], draws, event_facts(plan))


def _about_move(plan: Plan, move: Move, draws: Draws, facts: Mapping[str, str]) -> str:
    way = side_of(move.change_pct)
    agrees = plan.side in {way, "flat"}
    if plan.language != "en":
        return say(foreign.POSTS[plan.language][plan.side if agrees else "flat"], draws, facts)
    thoughts = posts.THOUGHTS[plan.side] if agrees else posts.CONTRARY[plan.side]
    closing = say(posts.CLOSINGS[plan.side], draws, facts)
    text = say(posts.OPENINGS, draws, facts) + say(thoughts, draws, facts)
    return text if text[-1] in "?." and closing[:1] in {".", ","} else f"{text}{closing}"
