"""`GET /user-management/v1/api/credits/allowance`: what an account may still spend this month."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec
from msgspec import Struct

from cryptodesk.dialects._ports import CreditMeter, DialectPorts, DialectRoute
from cryptodesk.dialects.messari.openapi_answers import closed
from cryptodesk.dialects.messari.side import Ask, SideEndpoint, operation
from cryptodesk.ledger.credits import CreditAllowance

__all__ = ["PATH", "paths", "routes"]

PATH = "/user-management/v1/api/credits/allowance"

_NAMESPACE = UUID("7d0f6f5c-6a0f-5b1e-9c55-2f1f0d8f4a63")

Schema = dict[str, Any]


class _WireAllowance(Struct):
    """`id` is a string and `teamId` a number in the official SDK; accounts have neither, so both follow from the
    account's name and are always the same for it."""

    id: str
    team_id: int = msgspec.field(name="teamId")
    allocated: int = msgspec.field(name="creditsAllocated")
    remaining: int = msgspec.field(name="remainingCredits")
    starts: str = msgspec.field(name="startDate")
    ends: str = msgspec.field(name="endDate")
    is_active: bool = msgspec.field(name="isActive")


_json = msgspec.json.Encoder().encode


def routes(ports: DialectPorts) -> Sequence[DialectRoute]:
    if ports.credits is None:
        return ()
    meter: CreditMeter = ports.credits

    async def show(ask: Ask) -> bytes:
        return _json(_to_wire(await meter.allowance(ask.caller), ports.clock.unix()))

    return (DialectRoute(PATH, SideEndpoint(ports, GET=show)),)


def _to_wire(allowance: CreditAllowance, now: float) -> _WireAllowance:
    return _WireAllowance(
        str(uuid5(_NAMESPACE, f"{allowance.account_id}:{allowance.starts_at:.0f}")),
        zlib.crc32(allowance.account_id.encode("utf-8", "surrogatepass")),
        allowance.allocated,
        allowance.remaining,
        _moment(allowance.starts_at),
        _moment(allowance.ends_at),
        allowance.starts_at <= now < allowance.ends_at,
    )


def _moment(unix_seconds: float) -> str:
    return datetime.fromtimestamp(unix_seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def paths(ports: DialectPorts) -> Schema:
    if ports.credits is None:
        return {}
    count = {"type": "integer", "minimum": 0}
    moment = {"type": "string", "format": "date-time"}
    body = closed(
        {
            "id": {"type": "string"},
            "teamId": count,
            "creditsAllocated": count,
            "remainingCredits": count,
            "startDate": moment,
            "endDate": moment,
            "isActive": {"type": "boolean"},
        }
    )
    return {
        PATH: {
            "get": operation(
                "getCreditAllowance", "Show how many of the month's credits the account has used and has left", body, {}
            )
        }
    }
