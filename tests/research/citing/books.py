"""Books of sources for the tests: a market result, passages of documents, and titles that mean harm."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from cryptodesk.core.messages import Citation, ToolCallPart
from cryptodesk.documents.records import Chunk, Document, Hit
from cryptodesk.research.citing import SourceBook

__all__ = ["NOW", "add_market", "add_passages", "citation", "documents_book", "hit", "market_book", "passage", "row"]

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
RESTAKING = (
    "Restaking pledges assets that are already staked as security for additional services. EigenLayer on Ethereum is "
    "the reference design. Operators run software for services and decide how much of the delegated stake to commit."
)
THEFT = (
    "The Orbitway bridge paused withdrawals on 14 March 2026 after an attacker drained 41,200 ether, worth about "
    "$96 million. Deposits on Base were not affected."
)


def row(asset_id: int, name: str, symbol: str, **fields: Any) -> dict[str, Any]:
    return {"asset_id": asset_id, "name": name, "symbol": symbol, "slug": name.lower(), **fields}


BITCOIN = row(1, "Bitcoin", "BTC", price=78264.1, percent_change_24h=-0.20592766, market_cap=1.5715705e12)
SOLANA = row(5426, "Solana", "SOL", price=101.51, percent_change_24h=-1.76)


def add_market(book: SourceBook, *rows: dict[str, Any], call_id: str = "m1", **body: Any) -> None:
    """A result of the market tool: prices of one source, and Bitcoin's market cap computed of two."""
    whole = {
        "market_data_result": {"quote_currency": "USD", "results": list(rows or (BITCOIN, SOLANA))},
        "as_of": "2026-09-10T00:00:00Z",
        "source": ["binance_usdm"],
        "notes": ["1 USDT is taken as 1 USD"],
        "provenance": [
            {
                "fields": ["price", "percent_change_24h", "history"],
                "source": "binance_usdm",
                "mode": "snapshot",
                "as_of": "2026-09-10T00:00:00Z",
            },
            {
                "fields": ["market_cap"],
                "source": "binance_usdm × bitcoin_block_schedule",
                "mode": "computed",
                "as_of": "2026-09-10T00:00:00Z",
                "asset_ids": [1],
            },
        ],
        **body,
    }
    call = ToolCallPart(call_id, "cmc_market_data", json.dumps({"asset_type": "coin", "ids": [1, 5426]}))
    book.add_result(call, json.dumps(whole))


def passage(n: int, title: str, text: str, **fields: Any) -> dict[str, Any]:
    return {
        "n": n,
        "source": "Example Gazette",
        "title": title,
        "url": f"https://www.gazette.example/{n}",
        "published_at": "2026-11-19T08:00:00Z",
        "content_type": "news",
        "text": f"⟦{text}⟧",
        **fields,
    }


def add_passages(book: SourceBook, *rows: dict[str, Any], call_id: str = "c1") -> None:
    body = {"content_search_result": {"query": "q", "passages": list(rows)}, "as_of": "2026-11-21T12:00:00Z"}
    book.add_result(ToolCallPart(call_id, "cmc_content_search", "{}"), json.dumps(body))


def market_book() -> SourceBook:
    book = SourceBook()
    add_market(book)
    return book


def documents_book() -> SourceBook:
    """s1 and s2 are documents, s3 to s5 the series of Bitcoin (two) and Solana."""
    book = SourceBook()
    add_passages(book, passage(1, "What restaking is", RESTAKING), passage(2, "Orbitway pauses withdrawals", THEFT))
    add_market(book)
    return book


def hit(document_id: str, title: str, text: str, url: str | None, **fields: Any) -> Hit:
    document = Document(
        document_id=document_id, type="news", source="rss", publisher=fields.pop("publisher", "Example Gazette"),
        title=title, text=text, fetched_at=NOW, known_at=NOW, content_hash="0" * 64, url=url, **fields,
    )  # fmt: skip
    return Hit(document, Chunk(document_id, 0, text), 1.0)


def citation(n: int, title: str) -> Citation:
    return Citation("Example Gazette", title, f"https://www.gazette.example/{n}", "2026-11-19T08:00:00Z")
