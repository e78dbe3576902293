"""The prompts of the nodes' model forms: Markdown beside the code, filled in and put before the conversation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources

from cryptodesk.core.messages import Message, text_message
from cryptodesk.documents.fencing import Fence, fence_block, quote
from cryptodesk.documents.records import Hit
from cryptodesk.research.citing import SourceBook
from cryptodesk.research.keys import document_key
from cryptodesk.research.state import ResearchState

__all__ = ["conversation_text", "passages_block", "prompt", "wishes"]

_MOST_OF_A_TURN = 2_000
_MOST_OF_A_PASSAGE = 1_200
_TURNS = 6


@cache
def _template(name: str) -> str:
    return resources.files("cryptodesk.research").joinpath("prompts", f"{name}.md").read_text("utf-8").strip()


def prompt(name: str, **values: object) -> Message:
    """The system message of a node. Braces that name no value are left as they are."""
    text = _template(name)
    for key, value in values.items():
        text = text.replace("{" + key + "}", str(value))
    return text_message("system", text)


def conversation_text(state: ResearchState) -> str:
    """The conversation's last turns as text, for a node that does not take part in it."""
    turns = [message for message in state.messages if message.role != "system"][-_TURNS:]
    return "\n\n".join(f"{message.role}: {message.text[:_MOST_OF_A_TURN]}" for message in turns)


def wishes(state: ResearchState) -> str:
    """What the caller's own system message asks of the answer; empty where there is none."""
    own = " ".join(message.text for message in state.run.request.messages if message.role == "system")
    said = " ".join(part for part in (own, state.options.instructions) if part).strip()
    return f"The caller wishes: {said[:_MOST_OF_A_TURN]}" if said else ""


def passages_block(hits: Sequence[Hit], fence: Fence, book: SourceBook | None = None) -> str:
    """Passages numbered from 1, each fenced as somebody else's text, with publisher, title and date; with a `book`,
    also with the mark that cites it."""
    quotations = []
    for hit in hits:
        document = hit.document
        day = f", {document.published_at:%Y-%m-%d}" if document.published_at else ""
        mark = f"{book.mark_id(document_key(document.document_id))} " if book is not None else ""
        label = f"{mark}{document.publisher}: {document.title}{day}"
        quotations.append(quote(hit.chunk.text, label, _MOST_OF_A_PASSAGE))
    return fence_block(quotations, fence)
