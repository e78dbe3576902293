"""The route of the credit allowance."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from cryptodesk.dialects.messari.credits import PATH
from cryptodesk.ledger.credits import CreditAllowance
from tests.dialects.messari.requirements_side import requirement
from tests.dialects.messari.side_support import FakeMeter, SideClient, fault
from tests.dialects.support import CALLER, KEY

SEPTEMBER = datetime(2026, 9, 1, tzinfo=UTC).timestamp()
OCTOBER = datetime(2026, 10, 1, tzinfo=UTC).timestamp()
ALLOWANCE = CreditAllowance("account-1", 10_000, 9_480, SEPTEMBER, OCTOBER)


async def show(allowance: CreditAllowance) -> Any:
    answer = await SideClient(meter=FakeMeter(allowance)).get(PATH)
    assert answer.status == 200
    return answer.json


@requirement("MES-CR-BODY")
async def test_the_allowance_has_the_seven_members_of_the_official_sdk() -> None:
    meter = FakeMeter(ALLOWANCE)
    answer = await SideClient(meter=meter).get(PATH)
    body = answer.json
    assert list(body) == [
        "id",
        "teamId",
        "creditsAllocated",
        "remainingCredits",
        "startDate",
        "endDate",
        "isActive",
    ]
    assert (body["creditsAllocated"], body["remainingCredits"], body["isActive"]) == (10_000, 9_480, True)
    assert (body["startDate"], body["endDate"]) == ("2026-09-01T00:00:00Z", "2026-10-01T00:00:00Z")
    assert (type(body["id"]), type(body["teamId"])) == (str, int)
    assert meter.callers == [CALLER]


@requirement("MES-CR-BODY")
async def test_the_ids_follow_from_the_account_and_the_month() -> None:
    body, again = await show(ALLOWANCE), await show(replace(ALLOWANCE, remaining=0))
    assert (again["id"], again["teamId"]) == (body["id"], body["teamId"])
    other = await show(replace(ALLOWANCE, account_id="account-2"))
    assert other["id"] != body["id"]
    assert other["teamId"] != body["teamId"]
    later = await show(replace(ALLOWANCE, starts_at=OCTOBER))
    assert (later["id"] == body["id"], later["teamId"] == body["teamId"]) == (False, True)


@requirement("MES-CR-BODY")
async def test_a_period_that_is_not_now_is_not_active() -> None:
    assert (await show(replace(ALLOWANCE, starts_at=OCTOBER, ends_at=OCTOBER + 1)))["isActive"] is False


@requirement("MES-SIDE-KEY", "MES-SIDE-405", "MES-SIDE-ABSENT")
async def test_keys_methods_and_absence_are_as_on_the_other_routes() -> None:
    client = SideClient(meter=FakeMeter(ALLOWANCE))
    assert fault(await client.call("GET", PATH)) == (401, "Invalid API key")
    assert (await client.call("GET", PATH, b"", {"authorization": f"Bearer {KEY}"})).status == 200
    refused = await client.send_json(PATH, {})
    assert (fault(refused)[0], refused.headers["allow"]) == (405, "GET, HEAD")
    with pytest.raises(AssertionError, match="no route"):
        await SideClient().get(PATH)
