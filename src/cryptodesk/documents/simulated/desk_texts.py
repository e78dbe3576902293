"""Writes articles, announcements, notes and the macro calendar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from cryptodesk.documents.simulated.draws import Draws
from cryptodesk.documents.simulated.event_texts import event_text, event_topic
from cryptodesk.documents.simulated.facts import DayFacts, Field
from cryptodesk.documents.simulated.grammar import expand, pct_of, say
from cryptodesk.documents.simulated.names import (
    BLOGS,
    MACRO_DESK,
    NEWSROOMS,
    RESEARCH,
    Publisher,
    author_name,
    firm_name,
    protocol,
)
from cryptodesk.documents.simulated.plans import Plan, move_facts, shown
from cryptodesk.documents.simulated.story import Listing, Move, Release
from cryptodesk.documents.simulated.wording import hostile, news, notices, pages
from cryptodesk.documents.simulated.writing import Written, address_of, date_of, time_of

__all__ = ["write_desk"]

_SHARP_PCT = 8.0
_CONTRARY_SHARE = 0.12
_AGENDA_AHEAD = timedelta(days=7)
_VENUE_HOST = "exchanges.example.invalid"
_NO_VENUE = "Simulated Exchange"

_Text = tuple[str, str, tuple[str, ...]]


def write_desk(seed: int, plan: Plan, facts: DayFacts, original: Written | None) -> Written:
    """`original` is the article that it takes over."""
    draws = Draws(seed, "desk", plan.day.toordinal(), plan.number)
    publisher = _publisher(plan, facts, draws)
    if original is not None:
        publisher = draws.pick([each for each in NEWSROOMS if each.name != original.publisher])
        title, text, topics = _taken_over(original, draws)
    else:
        title, text, topics = _text(plan, facts, draws)
    return Written(
        publisher=publisher.name,
        title=title,
        text=text,
        author=author_name(draws) if plan.type in {"news", "research", "blog"} else None,
        url=address_of(publisher, plan.day, title, plan.number),
        topics=topics,
    )


def _publisher(plan: Plan, facts: DayFacts, draws: Draws) -> Publisher:
    if plan.type == "exchange_announcement":
        named = plan.fact.exchange if isinstance(plan.fact, Listing) else _venue(plan, facts)
        return Publisher(f"{shown(named)} (simulated)" if "imulated" not in named else named, _VENUE_HOST)
    if plan.type == "macro_event":
        return MACRO_DESK
    return draws.pick({"research": RESEARCH, "blog": BLOGS}.get(plan.type, NEWSROOMS))


def _venue(plan: Plan, facts: DayFacts) -> str:
    venues = facts.venues or (_NO_VENUE,)
    return venues[(plan.day.toordinal() * 5 + plan.number) % len(venues)]


def _taken_over(original: Written, draws: Draws) -> _Text:
    first, *rest = original.text.split("\n\n")
    ending = expand("[First reported|As reported earlier] by {publisher}.", draws, {"publisher": original.publisher})
    prefix = expand("[In brief|Market report|Update]: ", draws, {})
    return prefix + original.title, "\n\n".join([first, *rest[:-1], ending]), original.topics


def _text(plan: Plan, facts: DayFacts, draws: Draws) -> _Text:
    match plan.kind:
        case "theme":
            return _theme(draws)
        case "blog":
            title, body = draws.pick(pages.BLOG)
            return expand(title, draws, {}), expand(body, draws, {}), ("building",)
        case "routine":
            later = date_of(plan.day + timedelta(days=2 + draws.index(6)))
            told = {"venue": shown(_venue(plan, facts)), "later": later}
            return say(notices.ROUTINE[0], draws, told), say(notices.ROUTINE[1], draws, told), ("exchange",)
        case "agenda":
            return _agenda(plan, facts, draws)
        case "release":
            return _release(plan, facts, draws)
        case "research":
            return _research(plan, draws)
    if isinstance(plan.fact, Move):
        return _about_move(plan, plan.fact, draws)
    title, text = event_text(plan, draws)
    return title, text, (event_topic(plan.kind),)


def _theme(draws: Draws) -> _Text:
    topic, title, text = draws.pick(news.THEMES)
    facts = {"person": author_name(draws), "firm": firm_name(draws), "protocol": protocol(draws)[0]}
    return expand(title, draws, facts), expand(text, draws, facts), (topic,)


def _about_move(plan: Plan, move: Move, draws: Draws) -> _Text:
    facts = {**move_facts(move), "time": time_of(move.at), "person": author_name(draws), "firm": firm_name(draws)}
    if plan.kind == "press":
        title, text = draws.pick(hostile.HOSTILE_RELEASES)
        told = {**facts, "number": str(100 + draws.index(900))}
        return title.format_map(told), text.format_map(told), ("press release",)
    if plan.kind == "wrap" and plan.field is not None:
        counts = _counts(plan.field)
        title = say(news.WRAP_HEADLINES[plan.side], draws, facts)
        lead = f"{say(news.WRAP_LEADS, draws, counts)} {say(news.LEADS[plan.side], draws, facts)}"
        return title, _article(plan, lead, draws, facts), ("market wrap",)
    headlines = news.ANALYSIS if plan.kind == "analysis" else _headlines(plan, move, draws)
    title = say(headlines, draws, facts)
    topics = ("analysis",) if plan.kind == "analysis" else ("price",)
    return title, _article(plan, say(news.LEADS[plan.side], draws, facts), draws, facts), topics


def _headlines(plan: Plan, move: Move, draws: Draws) -> tuple[str, ...]:
    if draws.unit() < _CONTRARY_SHARE:
        return news.CONTRARY[plan.side]
    return news.HEADLINES[f"sharp {plan.side}" if abs(move.change_pct) >= _SHARP_PCT else plan.side]


def _article(plan: Plan, lead: str, draws: Draws, facts: Mapping[str, str]) -> str:
    paragraphs = [
        lead,
        say(news.REASONS[plan.side], draws, facts),
        *([say(news.QUOTES, draws, facts)] if draws.unit() < 0.7 else []),
        *_context(plan, draws),
        say(news.ENDINGS, draws, facts),
    ]
    return "\n\n".join(paragraphs)


def _context(plan: Plan, draws: Draws) -> list[str]:
    others = [move for move in plan.field.moves if move != plan.fact] if plan.field else []
    if not others:
        return []
    other = others[draws.index(min(len(others), 12))]
    told = {"other": shown(other.name), "other_way": _way(other), "other_pct": pct_of(other.change_pct)}
    return [say(news.CONTEXT, draws, told)]


def _way(move: Move) -> str:
    return "up" if move.change_pct >= 0 else "down"


def _counts(field: Field) -> dict[str, str]:
    falling = sum(move.change_pct < 0 for move in field.moves)
    return {"rising": str(field.rising), "falling": str(falling), "all": str(len(field.moves))}


def _research(plan: Plan, draws: Draws) -> _Text:
    assert plan.field is not None  # noqa: S101  planned only where there is something to compare
    line = sorted(plan.field.moves, key=lambda move: -move.change_pct)
    told = _counts(plan.field) | {"spread": f"{line[0].change_pct - line[-1].change_pct:.1f}"}
    for name, move in (("best", line[0]), ("worst", line[-1]), ("middle", line[len(line) // 2])):
        told |= {name: shown(move.name), f"{name}_way": _way(move), f"{name}_pct": pct_of(move.change_pct)}
    rows = [f"- {shown(move.name)} ({shown(move.symbol)}): {_way(move)} {pct_of(move.change_pct)}" for move in line[:5]]
    parts = [expand(part, draws, told) for part in pages.RESEARCH]
    heading = "The strongest five over 24 hours"
    title = f"Simulated market note, {date_of(plan.day)}, {time_of(plan.field.at)}: {told['best']} leads"
    return title, "\n\n".join([*parts, heading, "\n".join(rows)]), ("market note",)


def _agenda(plan: Plan, facts: DayFacts, draws: Draws) -> _Text:
    """Dates and forecasts of the week to come: no figure is out yet, and none is told."""
    ahead = [release for release in facts.agenda if plan.published_at < release.at <= plan.published_at + _AGENDA_AHEAD]
    lines = [
        f"{shown(release.name)}: {date_of(release.at)}, {time_of(release.at)}"
        + (f", forecast {shown(release.forecast)}" if release.forecast else "")
        + "."
        for release in ahead
    ]
    text = "\n".join(lines) or say(notices.AGENDA_EMPTY, draws, {})
    return f"Macro agenda of {date_of(plan.day)}", text, ("macro",)


def _release(plan: Plan, facts: DayFacts, draws: Draws) -> _Text:
    out = [release for release in facts.releases if release.actual is not None and release.at <= plan.published_at]
    told = [_figures(release) for release in out]
    text = "\n\n".join(say(notices.RELEASE[1], draws, figures) for figures in told)
    return say(notices.RELEASE[0], draws, told[0]), text, ("macro",)


def _figures(release: Release) -> dict[str, str]:
    return {
        "release": shown(release.name),
        "actual": shown(release.actual or ""),
        "forecast": f", against a forecast of {shown(release.forecast)}" if release.forecast else "",
        "previous": f" and {shown(release.previous)} before" if release.previous else "",
        "date": date_of(release.at),
        "time": time_of(release.at),
    }
