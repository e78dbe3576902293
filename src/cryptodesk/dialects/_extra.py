"""What a request may ask beyond its dialect: the object `cryptodesk` of the body, and the headers `Cryptodesk-Include`
and `Cryptodesk-Max-Cost-Usd`.

Whoever sends neither gets the dialect's own bytes and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_DOWN, Context, Decimal
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct, structs

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.core.events import RunFinished
from cryptodesk.core.requests import RunLimits
from cryptodesk.core.research import ResearchStep
from cryptodesk.core.usage import RunReceipt, decimal_text

__all__ = [
    "COST_PATTERN",
    "COST_SCHEMA",
    "INCLUDES",
    "MAX_COST_HEADER",
    "NOTHING",
    "RESEARCH_INCLUDES",
    "Extra",
    "ResearchExtra",
    "WireExtra",
    "capped_limits",
    "check_extra",
    "check_extra_as",
    "encode_extra",
    "encode_progress",
    "read_extra",
]

# What can be asked for, by what answers: a plain run, or the research graph. In the order in which they stand in an
# answer.
INCLUDES = ("verification", "receipt")
RESEARCH_INCLUDES = (*INCLUDES, "progress")

MAX_COST_HEADER = b"cryptodesk-max-cost-usd"

_MOST_DIGITS = 40
_CUT = Context(prec=_MOST_DIGITS, rounding=ROUND_DOWN)
_ANY_COST = Decimal(10) ** 15
_ISO_DAY = len("2024-03-01")
COST_PATTERN: Final = r"^[0-9]{1,12}(\.[0-9]{1,18})?$"
COST_SCHEMA: Final[dict[str, Any]] = {
    "anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": COST_PATTERN}],
    "description": "The most that the request may cost, in USD. A string keeps every digit on its way.",
}

_json = msgspec.json.Encoder(decimal_format="string").encode


class WireExtra(Struct, forbid_unknown_fields=True):
    """`max_cost_usd` is exact, as a JSON number and as a string."""

    include: list[str] | None = None
    as_of: str | None = None
    max_cost_usd: Decimal | None = None


class ResearchExtra(WireExtra, forbid_unknown_fields=True):
    early_headers: bool | None = None


W = TypeVar("W", bound=WireExtra)


class Extra(Struct, frozen=True):
    include: frozenset[str] = frozenset()
    as_of: datetime | None = None
    max_cost_usd: Decimal | None = None


NOTHING = Extra()


def read_extra(
    header: bytes,
    body: WireExtra | None,
    now: datetime,
    supported: Sequence[str] = INCLUDES,
    max_cost: bytes = b"",
) -> Extra:
    """`header` and `max_cost` are those two headers.

    Raises: InvalidRequest for a name that there is not, a moment that is none or has not come, or what is no amount."""
    if not header and body is None and not max_cost:
        return NOTHING
    named = header.decode("latin-1").replace(",", " ").split()
    include = frozenset(_checked(named, "Cryptodesk-Include", supported))
    costs = [_amount(max_cost.decode("latin-1"), "Cryptodesk-Max-Cost-Usd")] if max_cost else []
    if body is None:
        return Extra(include, max_cost_usd=min(costs, default=None))
    asked = frozenset(_checked(body.include or (), "cryptodesk.include", supported))
    if body.max_cost_usd is not None:
        costs.append(_amount(str(body.max_cost_usd), "cryptodesk.max_cost_usd"))
    as_of = None if body.as_of is None else _moment(body.as_of, now)
    return Extra(include | asked, as_of, min(costs, default=None))


def capped_limits(limits: RunLimits, extra: Extra) -> RunLimits:
    """The desk's limits, with the request's own where that is lower."""
    asked, ours = extra.max_cost_usd, limits.cost_usd
    if asked is None or (ours is not None and ours <= asked):
        return limits
    return structs.replace(limits, cost_usd=asked)


def check_extra(value: Any) -> WireExtra | None:
    """The object of a body that was read without types. Raises: InvalidRequest."""
    return check_extra_as(WireExtra, value)


def check_extra_as(kind: type[W], value: Any) -> W | None:
    """Raises: InvalidRequest."""
    if value is None:
        return None
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        reason = str(error).replace(" - at `$", " - at `cryptodesk")
        raise InvalidRequest(
            f"Invalid 'cryptodesk': {reason}. Its members are {', '.join(kind.__struct_fields__)}.",
            param="cryptodesk",
            reason="invalid_value",
        ) from None


def encode_extra(include: frozenset[str], finished: RunFinished) -> bytes:
    """The member `cryptodesk` with a comma before it; nothing where nothing was asked for."""
    if not include:
        return b""
    members = [
        b'"%b":%b' % (name.encode(), _json(_found(name, finished))) for name in RESEARCH_INCLUDES if name in include
    ]
    return b',"cryptodesk":{%b}' % b",".join(members)


def encode_progress(step: ResearchStep) -> bytes:
    """The member `cryptodesk` of a frame that tells of one step, with a comma before it."""
    return b',"cryptodesk":{"progress":[%b]}' % _json(step)


def _found(name: str, finished: RunFinished) -> Any:
    if name == "progress":
        return None if finished.research is None else finished.research.steps
    if name == "receipt":
        return None if finished.receipt is None else _wire_receipt(finished.receipt)
    return getattr(finished, name)


def _wire_receipt(receipt: RunReceipt) -> dict[str, Any]:
    """Amounts are strings, so that no reader rounds them; null where a price is unknown."""
    return {
        "run_id": receipt.run_id,
        "total_usd": None if receipt.total_usd.is_nan() else decimal_text(receipt.total_usd),
        "held_usd": None if receipt.held_usd.is_nan() else decimal_text(receipt.held_usd),
        "price_versions": receipt.price_versions,
        "is_estimated": receipt.is_estimated,
    }


def _checked(names: Iterable[str], param: str, supported: Sequence[str]) -> Iterable[str]:
    for name in names:
        if name not in supported:
            known = ", ".join(f"'{each}'" for each in supported)
            text = f"Invalid value: '{name[:60]}'. Supported values are: {known}."
            raise InvalidRequest(text, param=param, reason="invalid_value")
        yield name


def _amount(text: str, param: str) -> Decimal:
    """To 40 digits, never more than what was asked; no amount is so large or small that its digits become a burden."""
    try:
        amount = _CUT.create_decimal(text.strip())
        is_money = amount.is_finite() and amount >= 0
    except ArithmeticError:
        is_money = False
    if not is_money:
        raise InvalidRequest(
            f"Invalid value: '{text[:60]}'. Expected an amount of USD from 0 on.", param=param, reason="invalid_value"
        )
    return min(amount, _ANY_COST) if amount.adjusted() > -_MOST_DIGITS else Decimal(0)


def _moment(text: str, now: datetime) -> datetime:
    """A bare date means the end of that day."""
    try:
        if len(text.strip()) <= _ISO_DAY:
            found = datetime.combine(date.fromisoformat(text.strip()) + timedelta(days=1), time.min, UTC)
        else:
            found = datetime.fromisoformat(text.strip())
            found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        found = None
    if found is None or found > max(now, now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)):
        raise InvalidRequest(
            f"Invalid value: '{text[:60]}'. Expected a date or an ISO 8601 time that has come.",
            param="cryptodesk.as_of",
            reason="invalid_value",
        )
    return min(found, now)
