"""A second opinion on citations: a language model is asked whether each passage says what its sentence says.

It can refuse what the exact checker let through, and never the other way round. The answer is held until it has
spoken, so it is asked only where the operator wants it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from cryptodesk.core.errors import RunError, UpstreamError
from cryptodesk.core.messages import text_message
from cryptodesk.documents.fencing import fence_block, new_fence, quote
from cryptodesk.research.citing import CitingPolicy, CitingStream, FactSheet, Numbering
from cryptodesk.research.model_calls import ModelAsk, ask_model_for
from cryptodesk.research.prompting import prompt
from cryptodesk.research.state import ResearchState

__all__ = ["with_second_opinion"]

_MOST_PAIRS, _MOST_OF_A_PASSAGE = 24, 1_200

_Pair = tuple[str, tuple[str, ...]]


class Refused(Struct, frozen=True):
    """Numbers of the pairs whose passage does not say it."""

    refused: list[int] = []


async def with_second_opinion(state: ResearchState, text: str, sheet: FactSheet, policy: CitingPolicy) -> CitingPolicy:
    """The policy with what the model said of every citation of `text`; as it was where nothing cites a passage, or the
    model fails at it: then the exact checker stands alone, as without a model."""
    pairs = _cited_pairs(state, text, sheet, policy)
    if not pairs:
        return policy
    fence = new_fence()
    shown = [quote(f"{sentence}\n—\n{' '.join(passages)}", limit=_MOST_OF_A_PASSAGE) for sentence, passages in pairs]
    messages = (prompt("entail", fence_rule=fence.rule), text_message("user", fence_block(shown, fence)))
    try:
        ask = ModelAsk(messages=messages, max_output_tokens=200, seconds=20.0)
        said = await ask_model_for(state, ask, Refused, "refused_citations")
    except (UpstreamError, RunError, TimeoutError) as error:
        state.notes.append(f"citations were not read by the model: {error or 'no answer in time'}")
        return policy
    refused = {pairs[number - 1] for number in said.refused if 1 <= number <= len(pairs)}

    def is_borne_out(sentence: str, passages: Sequence[str]) -> bool:
        return (sentence, tuple(passages)) not in refused

    return msgspec.structs.replace(policy, entailment=is_borne_out)


def _cited_pairs(state: ResearchState, text: str, sheet: FactSheet, policy: CitingPolicy) -> list[_Pair]:
    """What the exact checker would let through to a passage, each once, in order."""
    met: dict[_Pair, None] = {}

    def note(sentence: str, passages: Sequence[str]) -> bool:
        met[sentence, tuple(passages)] = None
        return True

    noting = msgspec.structs.replace(policy, entailment=note)
    rehearsal = CitingStream(state.book, Numbering(state.book), sheet, noting)
    rehearsal.feed(text)
    rehearsal.finish()
    return list(met)[:_MOST_PAIRS]
