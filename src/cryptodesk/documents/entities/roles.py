"""Who bought whom and who paid whom, where a sentence says so in the usual words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from cryptodesk.documents.entities.records import EntityType, Mention, Reading
from cryptodesk.documents.entities.unlisted import is_plain_word

__all__ = ["find_parties", "with_roles"]

_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|\n|$")
_LONGEST_SENTENCE = 1_200
_BUYS = re.compile(
    r"\b(?:acquires?|acquired|acquiring|buys|bought|buying|to buy|purchases|purchased|takes over|took over"
    r"|(?:the )?(?:acquisition|purchase|takeover) of)\b"
)
_BOUGHT_BY = re.compile(r"\b(?:(?:was|is|been|be|being|gets?) (?:acquired|bought|purchased)|acquired) by\b")
_RAISES = re.compile(
    r"\b(?:raises?|raised|raising|secures?|secured|closes?|closed|lands?|landed|bags?|bagged|announced an?)\s+"
    r"(?:an? |its |over |about |roughly |more than )?(?:(?:US)?[$€£]\s?\d|(?:seed|series|strategic|funding)\b)",
    re.IGNORECASE,
)
_BACKERS = re.compile(
    r"\b(?:led by|co-led by|participation (?:from|by)|participation included|backed by|investors? (?:include|includes"
    r"|including|included)|investments? from|funding from|joined by|with backing from|alongside)\b",
    re.IGNORECASE,
)
_LED = re.compile(
    r"\b(?:co-led|led|leads|joined|backed) (?:the|a|an|its)\b[^.]{0,60}?\b(?:round|raise|financing|funding)\b",
    re.IGNORECASE,
)
_NAME = r"[A-Z0-9][\w.&’'-]{0,24}(?: (?:[A-Z][\w.&’'-]{0,24}|of|and(?= [A-Z]\w+ (?:Capital|Ventures|Partners)))){0,3}"
_NAME_BEFORE = re.compile(rf"({_NAME})[ ,]{{1,2}}(?:has |have |today |recently |just |which )?$")
_NAME_AFTER = re.compile(rf"\s+(?:the |startup |exchange |platform |firm |custodian |rival )?({_NAME})")
_LIST_NAME = re.compile(rf"(?:^|,|\band\b|\bas well as\b|\bfrom\b|\bby\b|\bincluding\b)\s*(?:the )?({_NAME})")
_FIRMS = frozenset(
    {"exchange", "protocol", "organization", "investor", "network", "nft_collection", "project", "asset"}
)
_BOUGHT = _FIRMS - {"asset"}
_CONFIDENCE, _UNLISTED = 0.75, 0.55


def find_parties(prose: str) -> Iterator[Mention]:
    """Names that no list holds, but that a sentence on money names as a party."""
    for start, sentence in _sentences(prose):
        for verb in (_RAISES.search(sentence), _BUYS.search(sentence)):
            if verb and (before := _NAME_BEFORE.search(sentence[: verb.start()])):
                yield from _party(before[1], start + before.start(1), "organization")
        buys = _BUYS.search(sentence)
        if buys and (after := _NAME_AFTER.match(sentence, buys.end())):
            yield from _party(after[1], start + after.start(1), "organization")
        backers = _BACKERS.search(sentence)
        if backers and _RAISES.search(sentence):
            for listed in _LIST_NAME.finditer(sentence, backers.end() - 2):
                yield from _party(listed[1], start + listed.start(1), "investor")


def with_roles(prose: str, mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions, those with a part in a purchase or a funding with that part as a further reading."""
    changed = {mention.start: mention for mention in mentions}
    ordered = sorted(mentions, key=lambda mention: mention.start)
    for start, sentence in _sentences(prose):
        inside = [one for one in ordered if start <= one.start and one.end <= start + len(sentence)]
        for mention, role in (*_purchase(sentence, start, inside), *_funding(sentence, start, inside)):
            changed[mention.start] = _with_role(changed[mention.start], role)
    return [changed[place] for place in sorted(changed)]


def _purchase(sentence: str, start: int, inside: Sequence[Mention]) -> list[tuple[Mention, EntityType]]:
    passive = _BOUGHT_BY.search(sentence)
    verb = passive or _BUYS.search(sentence)
    if verb is None:
        return []
    before = _last_before(inside, start + verb.start(), _FIRMS)
    after = _first_after(inside, start + verb.end(), _BOUGHT if passive is None else _FIRMS)
    if before is None or after is None or after.start - start - verb.end() > 40:
        return []
    buyer, bought = (after, before) if passive else (before, after)
    return [(buyer, "acquiring_entity"), (bought, "acquired_entity")]


def _funding(sentence: str, start: int, inside: Sequence[Mention]) -> list[tuple[Mention, EntityType]]:
    raised, backers, led = _RAISES.search(sentence), _BACKERS.search(sentence), _LED.search(sentence)
    found: list[tuple[Mention, EntityType]] = []
    if raised and (subject := _last_before(inside, start + raised.start(), _FIRMS)):
        found.append((subject, "funded_entity"))
    if backers and (raised or "round" in sentence):
        found += [
            (one, "investor") for one in inside if one.start >= start + backers.end() and one.best.type in _PAYERS
        ]
    if led and (payer := _last_before(inside, start + led.start(), _PAYERS)):
        found.append((payer, "investor"))
        funded = _first_after(inside, start + led.end(), _FIRMS)
        if funded and re.fullmatch(r"(?: \w+)? (?:in|for|of) (?:the )?", sentence[led.end() : funded.start - start]):
            found.append((funded, "funded_entity"))
    return found


_PAYERS = frozenset({"exchange", "organization", "investor", "person"})


def _last_before(inside: Sequence[Mention], place: int, types: frozenset[str]) -> Mention | None:
    return next((one for one in reversed(inside) if one.end <= place and one.best.type in types), None)


def _first_after(inside: Sequence[Mention], place: int, types: frozenset[str]) -> Mention | None:
    return next((one for one in inside if one.start >= place and one.best.type in types), None)


def _with_role(mention: Mention, role: EntityType) -> Mention:
    if any(reading.type == role for reading in mention.readings):
        return mention
    best = mention.best
    reading = Reading(role, best.entity_id, best.name, round(min(best.confidence, _CONFIDENCE), 2))
    return replace(mention, readings=(*mention.readings, reading))


def _party(name: str, start: int, kind: EntityType) -> Iterator[Mention]:
    words = name.split()
    while words and is_plain_word(words[0]):
        start += len(words[0]) + 1
        words.pop(0)
    shown = name[len(name) - len(" ".join(words)) :].rstrip(".,") if words else ""
    if shown and not shown[0].isdigit() and len(shown) > 2:
        yield Mention(start, start + len(shown), shown, "name", (Reading(kind, None, shown, _UNLISTED),))


def _sentences(prose: str) -> Iterator[tuple[int, str]]:
    """Sentences on money; only those are looked at closely."""
    start = 0
    for end in _SENTENCE_END.finditer(prose):
        sentence = prose[start : min(end.end(), start + _LONGEST_SENTENCE)]
        if any(pattern.search(sentence) for pattern in (_BUYS, _RAISES, _LED, _BOUGHT_BY)):
            yield start, sentence
        start = end.end()
