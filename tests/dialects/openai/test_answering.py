"""The object `cryptodesk` of an answer: each member, and who gets it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from cryptodesk.core.events import TextDelta
from cryptodesk.core.usage import RunReceipt
from tests.dialects.messari.support import OUTCOME, STEPS
from tests.dialects.messari.support import RUN as RESEARCH_RUN
from tests.dialects.openai.requirements import requirement
from tests.dialects.openai.support import END, KEY, STARTED, TEXT, TOOL_RUN, Client, joined_extra
from tests.dialects.support import FakeEngine

QUESTION = [{"role": "user", "content": "Price of Ethereum?"}]


async def extra_of(run: Any = TOOL_RUN, **fields: Any) -> Any:
    return (await Client(FakeEngine(run)).whole(**fields))["cryptodesk"]


@requirement("OAI-EXTRA")
async def test_everything_usual_comes_unasked() -> None:
    extra = await extra_of()
    members = ["resolution", "provenance", "verification", "citations", "charts", "related", "receipt"]
    assert list(extra) == members


@requirement("OAI-EXTRA")
async def test_nothing_of_ours_comes_where_nothing_is_wanted() -> None:
    client = Client(FakeEngine(TOOL_RUN))
    assert "cryptodesk" not in await client.whole(cryptodesk={"include": []})
    assert joined_extra(await client.streamed(cryptodesk={"include": []})) == {}
    assert client.reader.read == []


@requirement("OAI-EXTRA", "OAI-EXTRA-ASK")
async def test_the_header_asks_like_the_body() -> None:
    client = Client(FakeEngine(TOOL_RUN))
    body = json.dumps({"model": "m", "messages": QUESTION}).encode()
    headers = {"content-type": "application/json", "authorization": "Bearer " + "x", "cryptodesk-include": "receipt"}
    assert (await client.ask(body, headers)).status == 401
    from_header = await client.ask(body, {**headers, "authorization": f"Bearer {KEY}"})
    assert list(from_header.json["cryptodesk"]) == ["receipt"]


@requirement("OAI-EXTRA")
async def test_resolution_names_what_was_read_and_its_rivals() -> None:
    extra = await extra_of(messages=[{"role": "user", "content": "Bitcoin or Ethereum?"}])
    first, second = extra["resolution"]
    rival = {"asset_id": 1000006092, "name": "HarryPotterObamaSonic10Inu", "symbol": "BITCOIN"}
    assert (first["text"], first["asset_id"], first["rivals"]) == ("Bitcoin", 1, [rival])
    assert "Bitcoin or Ethereum?"[second["start"] : second["end"]] == second["text"] == "Ethereum"
    assert "rivals" not in second


@requirement("OAI-EXTRA")
async def test_provenance_tells_of_each_tool_where_its_result_is_from() -> None:
    done, failed = (await extra_of())["provenance"]
    assert done == {
        "call_id": "call_1",
        "name": "cmc_market_data",
        "arguments": '{"ids":[1]}',
        "status": "completed",
        "duration_ms": 7.2,
        "source": ["binance_usdm"],
        "as_of": "2026-09-10T00:00:00Z",
        "mode": ["snapshot"],
        "result": {"ref": "call_1", "characters": len(TOOL_RUN[2][0].trace.output)},  # type: ignore[union-attr]
        "notes": ["in USDT"],
        "unavailable": [{"field": "rank", "reason": "unknown"}],
        "citations": [
            {
                "source": "Example",
                "title": "Halving",
                "url": "https://www.example.org/halving",
                "published_at": "2026-09-01",
            }
        ],
    }
    assert (failed["status"], failed["error"]) == ("failed", "no source answered")
    assert "result" not in failed


@requirement("OAI-EXTRA")
async def test_outputs_come_to_who_asks() -> None:
    outputs = (await extra_of(cryptodesk={"include": ["outputs"]}))["outputs"]
    assert outputs["call_1"]["market_data_result"] == {"price": 78264.1}
    assert outputs["call_2"] is None


@requirement("OAI-EXTRA")
@pytest.mark.parametrize("output", ["no json", "[1]", '{"source":5}', '{"provenance":"x"}'])
async def test_a_result_of_another_form_is_passed_over(output: str) -> None:
    trace = structs.replace(TOOL_RUN[2][0].trace, output=output)  # type: ignore[union-attr]
    run = [[STARTED], [structs.replace(TOOL_RUN[2][0], trace=trace)], [END]]
    (told,) = (await extra_of(run))["provenance"]
    assert told["result"] == {"ref": "call_1", "characters": len(output)}
    assert not {"source", "as_of", "mode", "notes"} & set(told)


@requirement("OAI-EXTRA")
async def test_verification_gives_the_cell_of_a_figure() -> None:
    found = (await extra_of())["verification"]
    (figure,) = found["figures"]
    assert TEXT[figure["start"] : figure["end"]] == figure["text"] == "$78,264.10"
    (cell,) = figure["cells"]
    assert (cell["call_id"], cell["path"], cell["value"]) == ("call_1", "/market_data_result/price", 78264.1)


@requirement("OAI-EXTRA")
async def test_a_receipt_has_exact_amounts_and_null_for_an_unknown_price() -> None:
    assert (await extra_of())["receipt"]["total_usd"] == "0.00213375"
    nothing = RunReceipt("r", Decimal("NaN"), Decimal("NaN"), (), is_estimated=True)
    receipt = (await extra_of([[STARTED], [structs.replace(END, receipt=nothing)]]))["receipt"]
    assert (receipt["total_usd"], receipt["held_usd"]) == (None, None)


@requirement("OAI-EXTRA")
async def test_pages_that_tools_found_are_citations() -> None:
    (cited,) = (await extra_of())["citations"]
    assert (cited["citation_id"], cited["kind"], cited["domain"]) == (1, "document", "example.org")


@requirement("OAI-EXTRA", "OAI-RESEARCH")
async def test_a_researched_answer_brings_citations_charts_and_questions() -> None:
    client = Client()
    client.research.batches = RESEARCH_RUN
    extra = (await client.whole(cryptodesk={"research": True}))["cryptodesk"]
    assert extra["research"] == {"status": "success", "choices": []}
    assert [cited["citation_id"] for cited in extra["citations"]] == [1, 2, 3]
    (chart,) = extra["charts"]
    assert (chart["kind"], chart["start"], chart["citation_id"]) == ("line", "2026-09-01T00:00:00Z", 3)
    assert chart["series"][0]["rows"][0] == [1788220800, 60000.5]
    assert extra["related"] == list(OUTCOME.related_questions)


@requirement("OAI-EXTRA-STREAM")
async def test_progress_tells_which_tool_runs() -> None:
    chunks = await Client(FakeEngine(TOOL_RUN)).streamed(cryptodesk={"include": ["progress"]})
    told = [chunk["cryptodesk"]["progress"] for chunk in chunks if chunk.get("cryptodesk", {}).get("progress")]
    begun = {"kind": "tool", "id": "call_1", "name": "cmc_market_data", "status": "started"}
    ended = {"kind": "tool", "id": "call_1", "name": "cmc_market_data", "status": "completed", "duration_ms": 7.2}
    failed = {"kind": "tool", "id": "call_2", "name": "cmc_sentiment", "status": "failed", "duration_ms": 0.0}
    assert told == [[{**begun, "arguments": '{"ids":[1]}'}], [ended], [failed]]
    assert chunks[0]["cryptodesk"] == {"progress": []}


@requirement("OAI-EXTRA-STREAM")
async def test_progress_tells_the_steps_of_the_graph() -> None:
    client = Client()
    client.research.batches = RESEARCH_RUN
    asked = {"cryptodesk": {"research": True, "include": ["progress"]}}
    extra = joined_extra(await client.streamed(**asked))
    assert [(step["kind"], step["id"], step["status"]) for step in extra["progress"]] == [
        ("step", "plan", "started"),
        ("step", "plan", "completed"),
    ]
    assert (extra["progress"][1]["detail"], extra["progress"][1]["form"]) == (STEPS[0].detail, "rules")


@requirement("OAI-EXTRA")
async def test_a_run_that_met_a_limit_says_which() -> None:
    run = [[STARTED], [TextDelta("Half")], [structs.replace(END, limit="6 model calls")]]
    assert (await extra_of(run))["limit"] == "6 model calls"
