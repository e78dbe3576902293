"""What the user's reply to a question back means: the question as it was first asked, with the choice put in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from cryptodesk.core.messages import Message
from cryptodesk.core.patterns import Pattern
from cryptodesk.research.clarifying import Clarification, asked_back, conversation_of
from cryptodesk.research.planning import PlanCheck

__all__ = ["answered", "read_asked"]

_LISTED = Pattern(r"^\s*(?:\d{1,2}[.)]|[-*•])\s+(?P<choice>\S.*?)\s*$")
_QUOTED = Pattern(r"“(?P<words>[^”]{1,120})”")
_CHOICE = Pattern(r"^(?P<name>.+?)(?: \((?P<symbol>[^()]{1,24})\))?(?:, (?:rank [\d,]+|id \S+))?$")
_NUMBER = Pattern(
    r"^\W*(?:(?:the |option |number |no\.? ?|#)*)(?P<number>\d{1,2})(?:st|nd|rd|th)?(?: one| option)?\W*$"
)
_ORDINALS = ("first", "second", "third", "fourth")
_ORDINAL = Pattern(
    r"^\W*(?:i mean |i meant )?(?:the )?(?P<word>first|second|third|fourth|last|former|latter)\b.{0,12}$"
)
_YES = Pattern(r"^\W*(?:yes|yep|yeah|y|yup|right|correct|exactly|sure|that one|this|ok(?:ay)?)\b.{0,12}$")
_WORD = Pattern(r"[a-z0-9]+")
_FILLER_WORDS = "the one a an i mean meant it is that s its please rank id of"
_FILLERS = frozenset(_FILLER_WORDS.split())
_LONGEST_REPLY = 160


class _Name(Struct, frozen=True):
    name: str
    symbol: str


def answered(messages: Sequence[Message], check: PlanCheck) -> str | None:
    """The question to be answered now; None where nothing was asked back, or the reply is about something else."""
    conversation = conversation_of(messages)
    asked = read_asked(conversation.last_answer)
    reply = " ".join(conversation.question.split())
    if asked is None or not asked.choices or not conversation.earlier or len(reply) > _LONGEST_REPLY:
        return None
    choice = _chosen(reply, asked.choices)
    if choice is None:
        return None
    words = _QUOTED.search(asked.question)
    if choice.endswith("?") or _is_whole(asked):
        return choice
    return _put_in(conversation.earlier[-1], words["words"] if words else "", choice, check)


def read_asked(answer: str) -> Clarification | None:
    """A question back, as it was said in a text; None where the text is an answer."""
    if not asked_back(answer):
        return None
    question, *lines = answer.strip().splitlines()
    found = (_LISTED.match(line) for line in lines)
    return Clarification(question.strip(), tuple(match["choice"] for match in found if match is not None))


def _is_whole(asked: Clarification) -> bool:
    """Choices of a stretch of time repeat the question."""
    return asked.question.endswith("Which do you mean?")


def _chosen(reply: str, choices: Sequence[str]) -> str | None:
    lowered = reply.lower()
    place = _place(lowered, len(choices))
    if place is not None:
        return choices[place] if 0 <= place < len(choices) else None
    if len(choices) == 1 and _YES.match(lowered):
        return choices[0]
    exact = [choice for choice in choices if lowered in set(_spellings(choice))]
    return exact[0] if len(exact) == 1 else _nearest(lowered, choices)


def _place(lowered: str, count: int) -> int | None:
    number = _NUMBER.match(lowered)
    if number is not None:
        return int(number["number"]) - 1
    ordinal = _ORDINAL.match(lowered)
    if ordinal is None:
        return None
    word = ordinal["word"]
    return (
        {"former": 0, "latter": count - 1, "last": count - 1}.get(word)
        if word not in _ORDINALS
        else (_ORDINALS.index(word))
    )


def _spellings(choice: str) -> Iterator[str]:
    named = _named(choice)
    yield from (choice.lower(), named.name.lower(), named.symbol.lower(), f"${named.symbol.lower()}")
    yield f"{named.name} ({named.symbol})".lower()


def _nearest(lowered: str, choices: Sequence[str]) -> str | None:
    """The one choice that holds every telling word of the reply, or the most of them where all words are of choices."""
    told = set(_WORD.findall(lowered)) - _FILLERS
    if not told:
        return None
    holding = [(choice, set(_WORD.findall(choice.lower()))) for choice in choices]
    whole = [choice for choice, words in holding if told <= words]
    return whole[0] if len(whole) == 1 else None


def _named(choice: str) -> _Name:
    match = _CHOICE.match(choice)
    return _Name(match["name"], match["symbol"] or match["name"]) if match else _Name(choice, choice)


def _put_in(question: str, words: str, choice: str, check: PlanCheck) -> str:
    """With the spelling that the analyst takes for that very asset."""
    named = _named(choice)
    spellings = (named.name, named.symbol, f"{named.name} ({named.symbol})")
    texts = [_replaced(question, words, spelling) for spelling in spellings]
    return next((text for text in texts if _is_of(text, named, check)), texts[-1])


def _replaced(question: str, words: str, spelling: str) -> str:
    at = question.lower().find(words.lower()) if words else -1
    return (
        f"{question.rstrip(' ?.!')} of {spelling}"
        if at < 0
        else (f"{question[:at]}{spelling}{question[at + len(words) :]}")
    )


def _is_of(text: str, named: _Name, check: PlanCheck) -> bool:
    plans = check.plans(text)
    symbols = {asset.symbol.lower() for plan in plans for asset in plan.all_assets}
    return named.symbol.lower() in symbols and not any(plan.doubts for plan in plans)
