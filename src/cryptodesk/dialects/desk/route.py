"""The endpoints: `GET /v1/receipts/{id}`, `POST /v1/quote`, `GET /v1/usage`, `GET /v1/budgets`, `GET /v1/data`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from cryptodesk.core.errors import InvalidRequest, NotFound
from cryptodesk.core.money import MoneyDesk
from cryptodesk.dialects._ports import DataDesk, DialectPorts, Scope
from cryptodesk.dialects.cmc.choices import COMPLETION_ID_PREFIX
from cryptodesk.dialects.desk.data import encode_data
from cryptodesk.dialects.desk.quoting import Quoting
from cryptodesk.dialects.desk.reply import Ask, Endpoint, query_value
from cryptodesk.dialects.desk.wire import GROUPS, encode_budgets, encode_quote, encode_receipt, encode_usage

__all__ = [
    "BUDGETS_PATH",
    "DATA_PATH",
    "QUOTE_PATH",
    "RECEIPTS_PREFIX",
    "USAGE_PATH",
    "build_data_endpoint",
    "build_endpoints",
]

RECEIPTS_PREFIX: Final = "/v1/receipts/"
QUOTE_PATH: Final = "/v1/quote"
USAGE_PATH: Final = "/v1/usage"
BUDGETS_PATH: Final = "/v1/budgets"
DATA_PATH: Final = "/v1/data"

_USUAL_DAYS = 30
_MOST_DAYS = 3_660
_MOST_QUOTED = 80


def build_endpoints(ports: DialectPorts, money: MoneyDesk) -> dict[str, Endpoint]:
    """By path, or by the beginning of it."""
    quoting = Quoting(ports, money)

    async def show_receipt(ask: Ask) -> bytes:
        run_id = ask.scope["path"].removeprefix(RECEIPTS_PREFIX).removeprefix(COMPLETION_ID_PREFIX)
        receipt = await money.receipt(ask.caller, run_id) if run_id else None
        if receipt is None:
            shown = run_id[:_MOST_QUOTED].encode("utf-8", "replace").decode()
            raise NotFound(f"No run {shown!r} of this account is in the ledger.")
        return encode_receipt(receipt)

    async def quote(ask: Ask) -> bytes:
        return encode_quote(await quoting.quote(ask))

    async def show_usage(ask: Ask) -> bytes:
        first, last, group = _read_period(ask.scope, ports.clock.now().date())
        rows = await money.usage(ask.caller, first, last)
        return encode_usage(rows, first.isoformat(), last.isoformat(), group, await money.budgets(ask.caller))

    async def show_budgets(ask: Ask) -> bytes:
        return encode_budgets(await money.budgets(ask.caller))

    return {
        RECEIPTS_PREFIX: Endpoint(ports, GET=show_receipt),
        QUOTE_PATH: Endpoint(ports, POST=quote),
        USAGE_PATH: Endpoint(ports, GET=show_usage),
        BUDGETS_PATH: Endpoint(ports, GET=show_budgets),
    }


def build_data_endpoint(ports: DialectPorts, data: DataDesk) -> Endpoint:
    async def show_data(ask: Ask) -> bytes:
        return encode_data(await data.report())

    return Endpoint(ports, GET=show_data)


def _read_period(scope: Scope, today: date) -> tuple[date, date, str]:
    """First and last day, both included, and what to gather by. Raises: InvalidRequest."""
    group = query_value(scope, "by") or "day"
    if group not in GROUPS:
        raise InvalidRequest(f"'by' must be one of {', '.join(GROUPS)}, not {group[:_MOST_QUOTED]!r}.", param="by")
    last = _read_day(scope, "to") or today
    first = _read_day(scope, "from") or max(date.min + timedelta(_USUAL_DAYS), last) - timedelta(_USUAL_DAYS - 1)
    if first > last:
        raise InvalidRequest(f"'from' ({first}) is later than 'to' ({last}).", param="from")
    if (last - first).days >= _MOST_DAYS:
        raise InvalidRequest(f"'from' and 'to' are more than {_MOST_DAYS} days apart.", param="from")
    return first, last, group


def _read_day(scope: Scope, name: str) -> date | None:
    text = query_value(scope, name)
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(
            f"{name!r} must be a date as 2026-11-22, not {text[:_MOST_QUOTED]!r}.", param=name
        ) from None
