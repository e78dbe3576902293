"""Verify: code's text is checked and sent here, a model's was; what follows a text follows both."""

from __future__ import annotations

from cryptodesk.core.events import TextDelta
from cryptodesk.research.nodes.verify import verify_by_rules
from cryptodesk.research.state import ResearchState
from tests.research.desks import Fakes, state_of, thread_with, trace

ROW = {"asset_id": 1, "name": "Bitcoin", "symbol": "BTC", "slug": "bitcoin", "price": 50_000.0}
RESULT = {
    "market_data_result": {"quote_currency": "USD", "results": [ROW]},
    "as_of": "2026-11-22T00:00:00Z",
    "provenance": [
        {"source": "binance_usdm", "mode": "snapshot", "as_of": "2026-11-22T00:00:00Z", "fields": ["price"]}
    ],
}


async def _sent(state: ResearchState) -> str:
    state.outbox.close()
    events = [event async for batch in state.outbox.batches() for event in batch]
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def test_a_text_of_code_is_checked_cited_and_sent() -> None:
    state = state_of(Fakes())
    state.threads = [thread_with("What?", trace("a", "cmc_market_data", RESULT))]
    state.draft = "Bitcoin trades at $50,000.00."
    assert await verify_by_rules(state) == "1 figures bound, 0 unbound, 0 contradicted; 1 sources cited"
    assert await _sent(state) == state.text == "Bitcoin trades at $50,000.00 [1]."


async def test_a_text_that_a_model_sent_is_not_sent_again() -> None:
    state = state_of(Fakes())
    state.text = state.draft = "It was sent."
    assert await verify_by_rules(state) == "no figures to check; 0 sources cited"
    assert await _sent(state) == ""


async def test_a_bound_is_told_after_either() -> None:
    for text in ("", "It was sent."):
        state = state_of(Fakes())
        state.run.limit = "the limit of 2 tool calls was reached"
        state.draft, state.text = "It is sent.", text
        await verify_by_rules(state)
        assert state.text.count("[Stopped early: the limit of 2 tool calls was reached.") == 1
        assert (await _sent(state)).endswith("gathered until then.]")
