"""Receipts, quotes, use and budgets as JSON. Amounts are strings, so that no reader rounds them; null where a price is
not known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import reduce
from typing import Any

import msgspec

from cryptodesk.core.money import BudgetState, Quote, Receipt, UsageRow
from cryptodesk.core.ports import Entry
from cryptodesk.core.usage import Usage, decimal_text

__all__ = ["GROUPS", "encode_budgets", "encode_quote", "encode_receipt", "encode_usage"]

# What rows of use can be gathered by, and the name of it in a row.
GROUPS = {"day": "day", "key": "key_id", "model": "model"}

_json = msgspec.json.Encoder().encode


def encode_receipt(receipt: Receipt) -> bytes:
    return _json(
        {
            "object": "receipt",
            "id": receipt.run_id,
            "status": receipt.status,
            "outcome": receipt.outcome,
            "model": receipt.model_id,
            "served_by": receipt.served_by,
            "usage": _usage(receipt.usage),
            "total_usd": _amount(receipt.total_usd),
            "held_usd": _amount(receipt.held_usd),
            "is_estimated": receipt.is_estimated,
            "created_at": _moment(receipt.created_at),
            "entries": [_entry(entry) for entry in receipt.entries],
        }
    )


def encode_quote(quote: Quote) -> bytes:
    return _json(
        {
            "object": "quote",
            "model": quote.model_id,
            "price_version": quote.price_version,
            "low_usd": _amount(quote.low_usd),
            "likely_usd": _amount(quote.likely_usd),
            "worst_usd": _amount(quote.worst_usd),
            "input_tokens": quote.input_tokens,
            "basis": quote.basis,
        }
    )


def encode_usage(
    rows: Sequence[UsageRow], first: str, last: str, group: str, budgets: Iterable[BudgetState] = ()
) -> bytes:
    """One row a day, key or model; the newest day first, else by name. Of a prepaid account also what is left now."""
    gathered: dict[str, list[UsageRow]] = {}
    for row in rows:
        gathered.setdefault(_name(row, group), []).append(row)
    names = list(gathered) if group == "day" else sorted(gathered)
    data = [{GROUPS[group]: name, **_sums(gathered[name])} for name in names]
    total = _sums(rows)
    report: dict[str, Any] = {"object": "usage", "from": first, "to": last, "by": group, "data": data, "total": total}
    credit = next((state for state in budgets if state.budget.period == "credit"), None)
    if credit is not None:
        report["balance_usd"] = _amount(_left(credit))
    return _json(report)


def encode_budgets(states: Iterable[BudgetState]) -> bytes:
    return _json({"object": "list", "data": [_budget(state) for state in states]})


def _budget(state: BudgetState) -> dict[str, Any]:
    budget = state.budget
    return {
        "scope": budget.scope,
        "scope_id": budget.scope_id,
        "period": budget.period,
        "limit_usd": _amount(budget.limit_usd),
        "spent_usd": _amount(state.spent_usd),
        "held_usd": _amount(state.held_usd),
        "left_usd": _amount(max(Decimal(0), _left(state))),
    }


def _left(state: BudgetState) -> Decimal:
    return state.budget.limit_usd - state.spent_usd - state.held_usd


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.entry_id,
        "kind": entry.kind,
        "amount_usd": _amount(entry.amount_usd),
        "created_at": _moment(entry.created_at),
        "served_by": entry.served_by or None,
        "price_version": entry.price_version,
        "usage": _usage(entry.usage),
        "is_estimated": entry.usage_is_estimated,
    }


def _sums(rows: Iterable[UsageRow]) -> dict[str, Any]:
    kept = list(rows)
    return {
        "runs": sum(row.runs for row in kept),
        "usage": _usage(sum((row.usage for row in kept), Usage())),
        "charged_usd": _amount(reduce(lambda total, row: total + row.charged_usd, kept, Decimal(0))),
        "refunded_usd": _amount(reduce(lambda total, row: total + row.refunded_usd, kept, Decimal(0))),
    }


def _name(row: UsageRow, group: str) -> str:
    if group == "day":
        return row.day.isoformat()
    return row.key_id if group == "key" else row.model_id


def _usage(usage: Usage) -> dict[str, int]:
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_read_tokens": usage.cache_read_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
    }


def _amount(amount: Decimal) -> str | None:
    return None if amount.is_nan() else decimal_text(amount)


def _moment(unix_seconds: float) -> str:
    return datetime.fromtimestamp(unix_seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
