"""Casts with the names of their authors, from a node."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.documents.sources.farcaster import SOURCE, to_documents
from tests.documents.support import NOW, FakePages, context, page, subscription

HASH = "0x" + "ab" * 20
SECONDS = int(NOW.timestamp() - 1609459200) - 60


def cast(text: str = "gm, ETH", fid: int = 3, **changes: Any) -> dict[str, Any]:
    data = {"type": "MESSAGE_TYPE_CAST_ADD", "fid": fid, "timestamp": SECONDS, "castAddBody": {"text": text}}
    return {"hash": HASH, "data": data | changes}


def read(*casts: Any, names: dict[str, str] | None = None) -> Any:
    return to_documents(page(json.dumps({"messages": list(casts)})), names or {})


def test_a_cast_carries_its_author_and_moment() -> None:
    (found,) = read(cast(), names={"3": "dwr"}).documents
    assert (found.author, found.url) == ("@dwr", f"https://farcaster.xyz/dwr/{HASH[:10]}")
    assert found.published_at is not None
    assert (NOW - found.published_at).total_seconds() == 60
    assert (found.known_at, found.engagement) == (found.published_at, None)
    (nameless,) = read(cast()).documents
    assert (nameless.author, nameless.url) == ("fid 3", None)


def test_a_cast_dated_ahead_is_not_known_ahead() -> None:
    (found,) = read(cast(timestamp=SECONDS + 86_400)).documents
    assert found.known_at == NOW


def test_replies_removals_and_broken_casts_are_left_out() -> None:
    reply = cast(castAddBody={"text": "x", "parentCastId": {"fid": 2, "hash": HASH}})
    removal = {"hash": HASH, "data": {"castRemoveBody": {}}}
    broken = [cast(timestamp="soon"), cast(fid="x"), {"hash": "zz", "data": cast()["data"]}, cast(timestamp=-1), 7]  # type: ignore[arg-type]
    found = read(reply, removal, *broken, cast())
    assert len(found.documents) == 1
    assert len(found.problems) == 4


async def test_an_account_is_found_by_name_and_asked_in_the_right_order() -> None:
    base = "http://node"
    answers = {
        f"{base}/v1/userNameProofByName": json.dumps({"fid": 3}),
        f"{base}/v1/castsByFid": json.dumps({"messages": [cast()]}),
        f"{base}/v1/userDataByFid": json.dumps({"data": {"userDataBody": {"value": "dwr"}}}),
    }
    asked = context(answers, base_url=base)
    found = await SOURCE.fetch(subscription("farcaster", "user:dwr"), asked)
    assert [document.author for document in found.documents] == ["@dwr"]
    assert isinstance(asked.pages, FakePages)
    assert [request.url.rpartition("/")[2] for request in asked.pages.requests] == [
        "userNameProofByName", "castsByFid", "userDataByFid",
    ]  # fmt: skip
    assert ("fid", "3") in asked.pages.requests[1].params


async def test_an_unknown_name_is_told() -> None:
    asked = context({"http://node/v1/userNameProofByName": "{}"}, base_url="http://node")
    with pytest.raises(UpstreamBadAnswer, match="knows nobody called 'nobody'"):
        await SOURCE.fetch(subscription("farcaster", "user:nobody"), asked)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("@Dwr.eth", "user:dwr.eth"),
        ("https://farcaster.xyz/dwr/0xabc", "user:dwr"),
        ("fid:3", "fid:3"),
        ("channel:https://onchainsummer.xyz", "channel:https://onchainsummer.xyz"),
    ],
)
def test_what_is_typed_becomes_one_form(typed: str, address: str) -> None:
    assert SOURCE.parse_address(typed) == address


@pytest.mark.parametrize("typed", ["", "fid:x", "channel:ftp://x", "a name", "x" * 40])
def test_what_is_no_account_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        SOURCE.parse_address(typed)
