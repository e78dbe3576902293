"""Every section that a report might have, in the order of what was asked; which of them it gets is chosen elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, structs

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.assets import read_mentions
from cryptodesk.research.planning import PlanCheck, kind_of
from cryptodesk.research.related.handbook import articles_about, articles_beside, articles_near
from cryptodesk.research.related.peers import Peer, peers_of, sector_beside, traits_of
from cryptodesk.research.sections.aspects import (
    MARKET,
    OF_ASSET,
    OF_SECTOR,
    OF_SEVERAL,
    OF_STABLECOIN,
    Aspect,
    Question,
)
from cryptodesk.research.sections.requested import Requested
from cryptodesk.research.sections.wishes import Wishes

__all__ = ["FILLER", "OWN", "TOPIC", "Drafted", "Section", "draft_sections"]

MOST_QUESTIONS, _MOST_SEARCHES, _MOST_OF_HANDBOOK = 4, 3, 2
_SPAN = "over the last year"
_BITCOIN, _ETHER = Peer(1, "Bitcoin", "BTC"), Peer(1027, "Ethereum", "ETH")
_TEXT_KINDS = frozenset({"concept", "definition"})
_SENTENCES = Pattern(r"(?<=[.?!])\s+|\n+|;\s+")
_FEWEST_WORDS = 3
# Beginnings of keys that are no aspects.
OWN, TOPIC, FILLER = "own:", "topic:", "filler:"


class Section(Struct, frozen=True):
    """`questions` are for the analyst, each answerable by its plan; `search` are words to search texts for."""

    title: str
    questions: tuple[str, ...]
    search: tuple[str, ...] = ()


class Drafted(Struct, frozen=True):
    """A section with the aspect that it is on, or with where it comes from: the request's own words, another matter
    that was wished for, or the market, to fill up a report."""

    key: str
    section: Section


def draft_sections(text: str, requested: Requested, wishes: Wishes, check: PlanCheck) -> Iterator[Drafted]:
    yield from _of_sentences(text, check, is_open=requested.is_open)
    if requested.is_concept:
        yield from _of_concept(text, check)
    if len(requested.assets) == 1:
        yield from _of_asset(requested, wishes, check)
    elif requested.assets:
        yield from _of_several(requested.assets, wishes, check)
    yield from _of_sectors(requested.sectors, check)
    if requested.is_market:
        yield from _drafts(MARKET, {"span": wishes.span or _SPAN}, (), check)
    yield from _topics(requested, wishes, check)
    yield from _drafts(MARKET, {"span": wishes.span or _SPAN}, (), check, filler=True)


def _of_sectors(labels: Sequence[str], check: PlanCheck) -> Iterator[Drafted]:
    for label in labels:
        for each in _drafts(OF_SECTOR, {"label": label, "other": sector_beside(label), "span": _SPAN}, (), check):
            title = f"{label[:1].upper()}{label[1:]}: {each.section.title.lower()}"
            is_common = each.key in {"sectors", "news"}
            titled = each.section.title if len(labels) == 1 or is_common else title
            yield Drafted(each.key, structs.replace(each.section, title=titled))


def _of_asset(requested: Requested, wishes: Wishes, check: PlanCheck) -> Iterator[Drafted]:
    asset = requested.assets[0]
    peer = (*requested.rivals, *peers_of(asset.asset_id))[0]
    aspects = OF_STABLECOIN if traits_of(asset.asset_id).is_stable else OF_ASSET
    for each in _drafts(aspects, _words(asset, peer, wishes), (asset,), check):
        if each.key != "peers" or not requested.rivals:
            yield _enriched(each, asset, check)
    if requested.rivals:
        yield from _against(requested, wishes, check)


def _enriched(drafted: Drafted, asset: Peer, check: PlanCheck) -> Drafted:
    """What the handbook tells of the asset belongs to its overview."""
    if drafted.key != "overview":
        return drafted
    asked = [
        question
        for article in articles_about(asset.asset_id)
        for question in article.questions
        if article.section == "assets" or _name(asset).lower() in question.lower()
    ]
    found = _of_handbook(asked, check)
    section = drafted.section
    return Drafted(drafted.key, structs.replace(section, questions=(*section.questions, *found)[:MOST_QUESTIONS]))


def _of_handbook(questions: Iterable[str], check: PlanCheck, most: int = _MOST_OF_HANDBOOK) -> list[str]:
    found: list[str] = []
    for question in questions:
        if len(found) == most:
            break
        planned = check.planned(question)
        if planned.is_answerable and kind_of(planned.plans[0]) in _TEXT_KINDS:
            found.append(question)
    return found


def _against(requested: Requested, wishes: Wishes, check: PlanCheck) -> Iterator[Drafted]:
    """One section with the first question of each comparison."""
    drafts = list(_of_several((*requested.assets, *requested.rivals), wishes, check))
    chosen = [each.section.questions[0] for each in drafts if each.key in {"market", "risk", "together", "size"}]
    if chosen:
        yield Drafted("peers", Section(f"Against {_listed(requested.rivals)}", tuple(chosen)))


def _of_several(assets: Sequence[Peer], wishes: Wishes, check: PlanCheck) -> Iterator[Drafted]:
    words = {"names": _listed(assets), "span": wishes.span or _SPAN, "leader": "Bitcoin"}
    yield from _drafts(OF_SEVERAL, words, assets, check)


def _topics(requested: Requested, wishes: Wishes, check: PlanCheck) -> Iterator[Drafted]:
    """Other matters to look at: what texts tell of them, beside the subject."""
    subject = _listed(requested.assets) or next(iter(requested.sectors), "")
    for topic in wishes.topics:
        near = [
            question
            for article in articles_near(f"{subject} {topic}")
            for question in article.questions
            if topic in f"{article.title} {question}".lower() and _is_within(question, requested, check)
        ]
        asked = (*near, f"How does {topic} work?", f"What is {topic}?")
        news = f"What is the latest news on {subject} {topic}?"
        questions = (*_of_handbook(asked, check), *_news(news, check))
        yield Drafted(f"{TOPIC}{topic}", Section(f"{topic[:1].upper()}{topic[1:]}", questions, (f"{subject} {topic}",)))


def _is_within(question: str, requested: Requested, check: PlanCheck) -> bool:
    """Whether it names no asset but those of the report."""
    named = {asset.asset_id for asset in read_mentions(question, check.knowledge).assets}
    return named <= {asset.asset_id for asset in (*requested.assets, *requested.rivals)}


def _news(question: str, check: PlanCheck) -> Iterator[str]:
    if check.can_answer(question):
        yield question


def _of_concept(text: str, check: PlanCheck) -> Iterator[Drafted]:
    """A section for each article that is near, then for those beside the nearest."""
    near = articles_near(text)
    beside = articles_beside(near[0]) if near else ()
    for article in {each.slug: each for each in (*near, *beside)}.values():
        questions = tuple(_of_handbook(article.questions, check, MOST_QUESTIONS - 1))
        if questions:
            yield Drafted(f"article:{article.slug}", Section(article.title, questions, (article.title,)))


def _of_sentences(text: str, check: PlanCheck, *, is_open: bool) -> Iterator[Drafted]:
    """The request's own questions."""
    for sentence in (part.strip() for part in _SENTENCES.split(text)):
        is_asked = sentence.endswith("?") or is_open
        if is_asked and len(sentence.split()) >= _FEWEST_WORDS and check.can_answer(sentence):
            title = sentence.rstrip(" ?.!")[:80]
            yield Drafted(f"{OWN}{title}", Section(f"{title[:1].upper()}{title[1:]}", (sentence,), (sentence[:300],)))


def _drafts(
    aspects: Iterable[Aspect],
    words: Mapping[str, str],
    assets: Sequence[Peer],
    check: PlanCheck,
    *,
    filler: bool = False,
) -> Iterator[Drafted]:
    for aspect in aspects:
        questions = dict.fromkeys(
            text for one in aspect.questions for text in _asked(one, words, assets) if _is_meant(text, one, check)
        )
        if questions:
            search = tuple(each.format(**words) for each in aspect.search if _fits(each, words))[:_MOST_SEARCHES]
            section = Section(aspect.title, tuple(questions)[:MOST_QUESTIONS], search)
            yield Drafted(f"{FILLER}{aspect.key}" if filler else aspect.key, section)


def _asked(question: Question, words: Mapping[str, str], assets: Sequence[Peer]) -> Iterator[str]:
    if not question.of_each:
        if all(_has(asset, question.needs) for asset in assets[:1]):
            yield question.text.format(**words)
        return
    for asset in assets:
        if _has(asset, question.needs):
            yield question.text.format(**{**words, "name": _name(asset)})


def _has(asset: Peer, trait: str) -> bool:
    if not trait:
        return True
    return asset.asset_id == _BITCOIN.asset_id if trait == "is_bitcoin" else getattr(traits_of(asset.asset_id), trait)


def _is_meant(text: str, question: Question, check: PlanCheck) -> bool:
    planned = check.planned(text)
    return planned.is_answerable and kind_of(planned.plans[0]) in question.expects


def _fits(template: str, words: Mapping[str, str]) -> bool:
    return all(f"{{{name}}}" not in template or name in words for name in ("name", "names", "label"))


def _words(asset: Peer, peer: Peer, wishes: Wishes) -> dict[str, str]:
    leader = _ETHER if asset.asset_id == _BITCOIN.asset_id else _BITCOIN
    return {
        "name": _name(asset),
        "symbol": asset.symbol,
        "peer": _name(peer),
        "leader": _name(leader),
        "span": wishes.span or _SPAN,
    }


def _name(asset: Peer) -> str:
    return asset.name.partition(" (")[0].strip() or asset.symbol


def _listed(assets: Sequence[Peer]) -> str:
    names = [_name(asset) for asset in assets]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
