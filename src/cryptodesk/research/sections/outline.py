"""From a request to the sections of its report, each with questions that the analyst plans to an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from msgspec import Struct, structs

from cryptodesk.core.tools import ToolSpec
from cryptodesk.models.analyst.ports import AssetKnowledge
from cryptodesk.models.analyst.reading import clean
from cryptodesk.research.planning import PlanCheck
from cryptodesk.research.related.peers import Peer
from cryptodesk.research.sections.aspects import ASPECT_NAMES
from cryptodesk.research.sections.drafting import FILLER, OWN, TOPIC, Drafted, Section, draft_sections
from cryptodesk.research.sections.requested import Requested, read_request
from cryptodesk.research.sections.wishes import Wishes, aspects_in, read_wishes, span_in

__all__ = ["Outline", "report_sections"]

_FEWEST, _MOST, _MOST_SHORT, _LONGEST = 4, 9, 4, 4000
# Questions of a section: in a short report, in an ordinary and in a long one.
_QUESTIONS_SHORT, _QUESTIONS, _QUESTIONS_LONG = 1, 3, 4


class Outline(Struct, frozen=True):
    """`notes` say what of the instructions could not be honoured."""

    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()


def report_sections(
    question: str,
    instructions: str,
    knowledge: AssetKnowledge,
    specs: Sequence[ToolSpec],
    today: date,
    check: PlanCheck | None = None,
) -> Outline:
    """Between four and nine sections, fewer only where the instructions ask for them or too little can be answered.

    `check` stands in for one of its own where it is known what is missing at present."""
    planner = check or PlanCheck(knowledge, specs, today)
    text = clean(question[:_LONGEST])
    requested = read_request(text, planner)
    asked = read_wishes(instructions, knowledge, today)
    requested, asked = _compared(requested, asked)
    wishes = _with_own(asked, text) if requested.assets and not requested.is_concept else asked
    # What the request says of time holds for all of its sections, unless the instructions say otherwise.
    wishes = structs.replace(wishes, span=wishes.span or span_in(text, today))
    drafted = list(draft_sections(text, requested, wishes, planner))
    notes = [*wishes.notes, *_unmet(drafted, asked)]
    if requested.is_open and not any(each.key.startswith(OWN) for each in drafted):
        notes.append("the request names nothing that the desk knows: this is a report on the market as a whole")
    kept = _arranged(drafted, wishes)
    return Outline(tuple(_trimmed(kept, wishes)), tuple(dict.fromkeys(notes)))


def _with_own(wishes: Wishes, text: str) -> Wishes:
    """What the request itself names comes first too, unless the instructions say otherwise."""
    own = [key for key in aspects_in(text) if key not in wishes.without and key not in wishes.focus]
    return structs.replace(wishes, focus=wishes.focus if wishes.is_only else (*wishes.focus, *own))


def _compared(requested: Requested, wishes: Wishes) -> tuple[Requested, Wishes]:
    """ "Compare with ETH" makes one asset several."""
    others = [
        Peer(asset.asset_id, asset.name, asset.symbol)
        for asset in wishes.compared
        if isinstance(asset.asset_id, int) and asset.asset_id not in {peer.asset_id for peer in requested.assets}
    ]
    if not wishes.compared or not requested.assets:
        note = ("there is nothing that the assets to compare with could be held against",)
        return requested, structs.replace(wishes, notes=(*wishes.notes, *(note if wishes.compared else ())))
    return structs.replace(requested, rivals=tuple(others)), wishes


def _unmet(drafted: Sequence[Drafted], asked: Wishes) -> Iterator[str]:
    """Of what the instructions name, that on which nothing can be asked."""
    keys = {each.key for each in drafted if each.section.questions}
    for key in asked.focus:
        if key not in keys:
            yield f"nothing can be said of {ASPECT_NAMES[key]}: no question on it can be answered"
    for each in drafted:
        if each.key.startswith(TOPIC) and not each.section.questions:
            yield f"nothing can be said of {each.section.title.lower()}: no question on it can be answered"


def _arranged(drafted: Sequence[Drafted], wishes: Wishes) -> list[Section]:
    """The request's own questions, then in the order of the wishes; fillers only where the fewest are not reached."""
    own = [each for each in drafted if not each.key.startswith(FILLER) and each.key not in wishes.without]
    asked = [each for each in own if each.key.startswith(OWN)]
    first = [each for key in wishes.focus for each in own if each.key == key]
    topics = [each for each in own if each.key.startswith(TOPIC)]
    rest = [] if wishes.is_only else own
    chosen = _once([*asked, *first, *topics, *rest])
    if not wishes.is_only:
        held = {section.title for section in chosen}
        fillers = [
            each.section
            for each in drafted
            if each.key.startswith(FILLER) and each.key.removeprefix(FILLER) not in wishes.without
        ]
        chosen += [each for each in fillers if each.title not in held][: max(0, _FEWEST - len(chosen))]
    return chosen[: _MOST_SHORT if wishes.is_short else _MOST]


def _once(drafted: Iterable[Drafted]) -> list[Section]:
    """No question twice in a report, and no section twice or without any left."""
    asked: set[str] = set()
    sections: list[Section] = []
    for each in drafted:
        questions = tuple(question for question in each.section.questions if question not in asked)
        asked.update(questions)
        if questions:
            sections.append(structs.replace(each.section, questions=questions))
    return sections


def _trimmed(sections: Iterable[Section], wishes: Wishes) -> Iterator[Section]:
    most = _QUESTIONS_SHORT if wishes.is_short else _QUESTIONS_LONG if wishes.is_long else _QUESTIONS
    for section in sections:
        yield structs.replace(section, questions=section.questions[:most])
