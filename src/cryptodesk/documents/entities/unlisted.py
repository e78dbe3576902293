"""Names that no list holds, by what is said beside them: an office, a firm's ending, the form of a company."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cryptodesk.documents.entities.records import EntityType, Mention, Reading

__all__ = ["find_organizations", "find_people", "is_plain_word"]

_NAME = (
    r"[A-Z][a-zà-öø-ÿ'’]{1,20}(?:-[A-Z][a-zà-ÿ]{1,20})?(?: [A-Z]\.)?(?: (?:de|van|von|der|bin|al|da|di|el))?"
    r"(?: [A-Z][a-zà-öø-ÿ'’]{1,20}(?:-[A-Z][a-zà-ÿ]{1,20})?){1,2}"
)
_OFFICE = (
    r"(?:[Cc]o-?)?(?:CEO|CFO|CTO|COO|CIO|[Cc]hief (?:executive|operating|financial|legal|technology)(?: officer)?"
    r"|[Ff]ounder|[Cc]hair(?:man|woman|person)?|[Cc]ommissioner|[Ss]enator|[Pp]resident|[Aa]nalyst"
    r"|[Rr]esearcher|[Ee]conomist|[Dd]eveloper|[Dd]irector|[Pp]artner|[Aa]ttorney|[Jj]udge|[Mm]inister|[Gg]overnor"
    r"|[Tt]rader|[Ll]awyer|[Ss]pokes(?:man|woman|person)|[Ee]ngineer|[Ss]ecretary|[Cc]ounsel)"
)
_OFFICE_BEFORE = re.compile(rf"\b{_OFFICE},? ({_NAME})\b")
_OFFICE_AFTER = re.compile(
    rf"\b({_NAME}), (?:the |a |an |its |then |former |ex-)?(?:[\w.’'-]{{1,24}} ){{0,4}}?{_OFFICE}\b"
)
_SPEAKER = re.compile(
    rf"\b({_NAME}) (?:said|told|wrote|tweeted|argued|warned|added|posted|testified)\b|\baccording to ({_NAME})\b"
)

_ENDINGS: dict[str, EntityType] = {
    "Labs": "organization", "Foundation": "organization", "Inc": "organization", "Ltd": "organization",
    "LLC": "organization", "Corp": "organization", "Group": "organization", "Holdings": "organization",
    "Technologies": "organization", "Bank": "organization", "Securities": "organization",
    "Capital": "investor", "Ventures": "investor", "Partners": "investor",
    "Protocol": "protocol", "Finance": "protocol", "DAO": "protocol", "Swap": "protocol",
    "Exchange": "exchange", "Chain": "network", "Network": "network",
}  # fmt: skip


def _words(text: str) -> list[str]:
    return text.split()


_FIRM = re.compile(rf"\b((?:[A-Z0-9][\w&’'-]{{0,24}} ){{1,3}}?)({'|'.join(_ENDINGS)})\b(?! (?:{'|'.join(_ENDINGS)})\b)")
_PLAIN = frozenset(
    _words(
        """
        a an the this that these those its our your his her their my any some each every all no one two
        three first second new old big major several many most other another such what which who when where
        why how if as at by for from in into of on or and but with without after before since while during
        until meanwhile however also today yesterday tomorrow monday tuesday wednesday thursday friday
        saturday sunday january february march april may june july august september october november
        december us eu uk asian european american chinese former current chief executive officer vice senior
        general managing is are was were be has have had will would can could should crypto bitcoin ethereum
        digital venture human growth private public world global national central federal investment risk
        market markets total social initial decentralized decentralised centralized layer trading stock
        security raise series round seed says said ceo cfo cto coo founder president according investors
        users like under per via led backed
        """
    )
)
_PERSON, _FIRM_CONFIDENCE = 0.65, 0.6


_MADE_BY = re.compile(
    r"\b(?:founded|started|begun|created|launched|led|written|run|invented|proposed|headed|owned) by "
    rf"({_NAME})(?:(?:,| and|, and) ({_NAME}))?\b"
)
_MADE_IT = re.compile(rf"\b(?:hired|appointed|named|promoted|replaced|succeeded by) ({_NAME})\b")


def is_plain_word(word: str) -> bool:
    """Whether a capital on the word only comes from its place."""
    return word.casefold().strip("’'") in _PLAIN


def find_people(prose: str) -> Iterator[Mention]:
    """Two or three capitalised words beside an office or a verb of saying."""
    for pattern in (_OFFICE_BEFORE, _OFFICE_AFTER, _SPEAKER, _MADE_BY, _MADE_IT):
        for match in pattern.finditer(prose):
            for group, name in enumerate(match.groups(), 1):
                if name is not None and not _is_no_person(name):
                    yield _mention(name, match.start(group), "person", _PERSON)


def _is_no_person(name: str) -> bool:
    words = name.split()
    return words[-1] in _ENDINGS or any(is_plain_word(word) for word in words)


def find_organizations(prose: str) -> Iterator[Mention]:
    """Capitalised words that end as firms do: "… Labs", "… Capital", "… Foundation"."""
    for match in _FIRM.finditer(prose):
        words = match[1].split()
        start = match.start()
        while words and is_plain_word(words[0]):
            start += len(words[0]) + 1
            words.pop(0)
        if words and not words[0].isdigit():
            name = prose[start : match.end()]
            yield _mention(name, start, _ENDINGS[match[2]], _FIRM_CONFIDENCE)


def _mention(name: str, start: int, kind: EntityType, confidence: float) -> Mention:
    return Mention(start, start + len(name), name, "name", (Reading(kind, None, name, confidence),))
