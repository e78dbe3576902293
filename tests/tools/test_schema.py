"""The canonical argument schemas, written out as in the specification of the built-in tools."""

from __future__ import annotations

from typing import Any

import pytest

from cryptodesk.tools import ToolRegistry
from tests.tools.fakes import make_services

ASSET_TYPES = ["coin", "onchain_token", "exchange", "category", "nft"]

SCHEMAS: dict[str, dict[str, Any]] = {
    "cmc_id_lookup": {
        "type": "object",
        "additionalProperties": False,
        "required": ["query"],
        "properties": {
            "query": {
                "type": "string",
                "minLength": 1,
                "maxLength": 200,
                "description": "Name, ticker, slug, contract address, exchange, category or NFT collection. "
                "Comma-separate up to 5.",
            },
            "asset_type": {"type": "string", "enum": ASSET_TYPES, "default": "coin"},
            "platform": {
                "type": "string",
                "description": "Chain slug to narrow onchain tokens and NFTs, e.g. ethereum, solana, bsc",
            },
            "limit": {"type": "integer", "minimum": 1, "maximum": 10, "default": 5},
        },
    },
    "cmc_market_data": {
        "type": "object",
        "additionalProperties": False,
        "required": ["asset_type", "ids"],
        "properties": {
            "asset_type": {"type": "string", "enum": ASSET_TYPES},
            "ids": {
                "type": "array",
                "minItems": 1,
                "maxItems": 20,
                "items": {"type": ["integer", "string"]},
                "description": "Ids from cmc_id_lookup",
            },
            "metrics": {
                "type": "array",
                "uniqueItems": True,
                "default": ["price", "market_cap", "volume", "returns"],
                "items": {
                    "type": "string",
                    "enum": [
                        "price",
                        "market_cap",
                        "volume",
                        "returns",
                        "supply",
                        "liquidity",
                        "market_pairs",
                        "derivatives",
                        "price_stats",
                        "holders",
                        "history",
                    ],
                },
            },
            "convert": {"type": "string", "default": "USD", "pattern": "^[A-Z0-9]{2,10}$"},
            "history": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "interval": {
                        "type": "string",
                        "enum": ["5m", "15m", "1h", "4h", "1d", "1w"],
                        "default": "1d",
                    },
                    "time_start": {"type": "string"},
                    "time_end": {"type": "string"},
                    "count": {"type": "integer", "minimum": 1, "maximum": 365, "default": 30},
                    "series": {
                        "type": "string",
                        "enum": ["close", "ohlcv", "market_cap", "volume"],
                        "default": "close",
                    },
                },
            },
        },
    },
    "cmc_math_eval": {
        "type": "object",
        "additionalProperties": False,
        "required": ["expression"],
        "properties": {
            "expression": {"type": "string", "minLength": 1, "maxLength": 500},
            "precision": {
                "type": "integer",
                "minimum": 0,
                "maximum": 30,
                "description": "Round the result to this many decimals",
            },
        },
    },
}


def unordered(schema: Any) -> Any:
    """The schema with enums and `required` sorted: their order means nothing."""
    if isinstance(schema, dict):
        return {
            key: sorted(value) if key in {"enum", "required"} else unordered(value) for key, value in schema.items()
        }
    return schema


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_the_specification_s(name: str) -> None:
    assert unordered(ToolRegistry(make_services()).spec(name).parameters) == unordered(SCHEMAS[name])
