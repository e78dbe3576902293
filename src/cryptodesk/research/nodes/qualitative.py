"""Qualitative agents: the documents searched for each query, side by side, and the passages worth reading kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

import msgspec

from cryptodesk.core.messages import text_message
from cryptodesk.documents.fencing import new_fence, quote
from cryptodesk.documents.query import DocumentQuery, HitsFound
from cryptodesk.documents.records import Hit
from cryptodesk.research.graph import Node, NodeBudget
from cryptodesk.research.model_calls import ModelAsk, ask_model_for
from cryptodesk.research.prompting import passages_block, prompt
from cryptodesk.research.state import ResearchState

__all__ = ["MOST_HITS", "QUALITATIVE", "keep_hits", "read_by_model", "read_by_rules", "search"]

_MOST_QUERIES_AT_ONCE = 4
_MOST_OF_A_DOCUMENT = 2
MOST_HITS = 24
# So few are read by whoever writes; choosing among them would only cost.
_FEW = 6
_MOST_KEPT = 10


class Kept(msgspec.Struct, frozen=True):
    """Numbers of the passages that a model would keep, the most useful first."""

    keep: list[int]


async def read_by_rules(state: ResearchState) -> str:
    if state.options.depth == "answer" and not state.wants_texts and not state.has_model:
        return "figures alone answer this"
    if not state.hits:
        keep_hits(state, await search(state, state.queries))
    return f"{len(state.hits)} passages of {len({hit.document.document_id for hit in state.hits})} documents"


async def read_by_model(state: ResearchState) -> str:
    """Searched in code; the model chooses among what was found. Raises: what `ask_model_for` raises."""
    if not state.hits:
        keep_hits(state, await search(state, state.queries))
    found = len(state.hits)
    if found <= _FEW:
        return f"{found} passages, all kept"
    fence = new_fence()
    system = prompt("qualitative", most=_MOST_KEPT, fence_rule=fence.rule)
    asked = f"Question: {state.question[:1_000]}\n\n{passages_block(state.hits, fence)}"
    ask = ModelAsk(messages=(system, text_message("user", asked)), max_output_tokens=300, seconds=20.0)
    kept = await ask_model_for(state, ask, Kept, "kept_passages")
    places = dict.fromkeys(number - 1 for number in kept.keep if 1 <= number <= found)
    state.hits = [state.hits[place] for place in places][:_MOST_KEPT]
    return f"{len(state.hits)} of {found} passages kept"


async def search(state: ResearchState, queries: Sequence[DocumentQuery]) -> list[HitsFound]:
    """What each query found, as it was known at the moment that the answer is about."""
    slots = asyncio.Semaphore(_MOST_QUERIES_AT_ONCE)

    async def one(query: DocumentQuery) -> HitsFound:
        async with slots:
            return await state.services.documents.search(msgspec.structs.replace(query, as_of=state.now))

    return list(await asyncio.gather(*map(one, queries)))


def keep_hits(state: ResearchState, found: Iterable[HitsFound]) -> None:
    """Adds what is new, of one document two passages at most; nothing that speaks to an assistant."""
    count: dict[str, int] = {}
    known = {(hit.document.document_id, hit.chunk.number) for hit in state.hits}
    for hit in state.hits:
        count[hit.document.document_id] = count.get(hit.document.document_id, 0) + 1
    for result in found:
        state.notes += [note for note in result.notes if note not in state.notes]
        for hit in result.hits:
            document = hit.document
            key = (document.document_id, hit.chunk.number)
            is_full = count.get(document.document_id, 0) >= _MOST_OF_A_DOCUMENT or len(state.hits) >= MOST_HITS
            if key in known or is_full or not _is_fit(hit, state):
                continue
            known.add(key)
            count[document.document_id] = count.get(document.document_id, 0) + 1
            state.hits.append(hit)


def _is_fit(hit: Hit, state: ResearchState) -> bool:
    published_at = hit.document.published_at
    if hit.document.known_at > state.now or (published_at is not None and published_at > state.now):
        return False
    return not hit.warnings and not quote(hit.chunk.text).warnings and not quote(hit.document.title).warnings


QUALITATIVE = Node[ResearchState](
    name="qualitative",
    does="agents that search, read and extract from documents, side by side",
    rules=read_by_rules,
    model=read_by_model,
    after=("plan",),
    budget=NodeBudget(seconds=30.0, model_calls=4, tokens=60_000),
)
