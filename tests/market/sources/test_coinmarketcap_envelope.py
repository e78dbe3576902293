"""What CoinMarketCap's error codes mean, whatever status they come with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from cryptodesk.core.errors import (
    UpstreamBadAnswer,
    UpstreamError,
    UpstreamRateLimited,
    UpstreamRejected,
    UpstreamUnavailable,
)
from cryptodesk.market.fetching.client import HttpAnswer
from cryptodesk.market.fetching.errors import LimitedBySource
from cryptodesk.market.sources._coinmarketcap_envelope import check_by, read_data

NOON = datetime(2026, 9, 9, 12, tzinfo=UTC)

check = check_by("coinmarketcap")


def envelope(code: Any, status: int = 200, message: Any = "words", **headers: str) -> HttpAnswer:
    body = {"status": {"error_code": code, "error_message": message, "credit_count": 0}}
    return HttpAnswer(status, msgspec.json.encode(body), headers, NOON)


def raised(answer: HttpAnswer) -> UpstreamError:
    with pytest.raises(UpstreamError) as caught:
        check(answer)
    assert caught.value.upstream == "coinmarketcap"
    return caught.value


@pytest.mark.parametrize("as_text", [False, True], ids=["number", "text"])
@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        (1001, 401, UpstreamUnavailable),
        (1002, 401, UpstreamUnavailable),
        (1003, 402, UpstreamUnavailable),
        (1004, 402, UpstreamUnavailable),
        (1005, 403, UpstreamRejected),
        (1006, 403, UpstreamRejected),
        (1007, 403, UpstreamUnavailable),
        (1008, 429, UpstreamRateLimited),
        (1009, 429, UpstreamRateLimited),
        (1010, 429, UpstreamRateLimited),
        (1011, 429, UpstreamRateLimited),
        (1014, 403, UpstreamRejected),
        (1022, 429, UpstreamRateLimited),
        (1022, 200, UpstreamRateLimited),
        (400, 400, UpstreamRejected),
        (400, 200, UpstreamRejected),
        (404, 404, UpstreamRejected),
        (500, 500, UpstreamUnavailable),
        (500, 200, UpstreamUnavailable),
        (9999, 200, UpstreamUnavailable),
    ],
)
def test_a_code_means_the_same_as_number_and_as_text(
    code: int, status: int, kind: type[UpstreamError], as_text: bool
) -> None:
    error = raised(envelope(str(code) if as_text else code, status))
    assert type(error) is kind or isinstance(error, kind)
    assert error.upstream_status == status
    assert str(code) in error.message


@pytest.mark.parametrize("code", [0, "0", 0.0, None])
def test_zero_with_data_is_well(code: Any) -> None:
    body = {"data": [1], "status": {"error_code": code}}
    answer = HttpAnswer(200, msgspec.json.encode(body), {}, NOON)
    check(answer)
    assert read_data("coinmarketcap", answer) == [1]


def test_data_may_be_null_but_not_missing() -> None:
    assert read_data("coinmarketcap", HttpAnswer(200, b'{"data": null}', {}, NOON)) is None
    with pytest.raises(UpstreamBadAnswer, match="without data"):
        check(HttpAnswer(200, b'{"status": {"error_code": 0}}', {}, NOON))


def test_a_byte_order_mark_is_no_mistake() -> None:
    assert read_data("coinmarketcap", HttpAnswer(200, b'\xef\xbb\xbf{"data": 1}', {}, NOON)) == 1


def test_the_throttle_without_retry_after_leaves_the_pause_to_the_policy() -> None:
    error = raised(envelope("1022", 429))
    assert isinstance(error, LimitedBySource)
    assert error.retry_after_seconds is None


def test_a_retry_after_that_is_given_is_kept() -> None:
    error = raised(envelope(1008, 429, **{"retry-after": "17"}))
    assert isinstance(error, LimitedBySource)
    assert error.retry_after_seconds == 17


def test_spent_credits_come_back_at_midnight() -> None:
    error = raised(envelope(1009, 429))
    assert isinstance(error, LimitedBySource)
    assert error.retry_after_seconds == 12 * 3600
    assert "credits" in error.message


def test_words_about_the_key_are_not_repeated() -> None:
    error = raised(envelope(1001, 401, "The key 0f4c3b1d is invalid."))
    assert error.body == {"error_code": "1001", "text": None}
    assert "0f4c3b1d" not in str(error)


def test_the_vendors_words_are_cleaned_and_never_the_message() -> None:
    error = raised(envelope(400, 400, "Invalid\u202e value\x00 for id: " + "x" * 10_000))
    assert error.body is not None
    assert error.body["text"].startswith("Invalid value for id: xxx")
    assert len(error.body["text"]) == 300
    assert "Invalid" not in error.message


@pytest.mark.parametrize("status", [429, 500, 502, 403])
@pytest.mark.parametrize("body", [b"", b"<html></html>", b"[]", b'{"statusCode": 401, "error": "Unauthorized"}'])
def test_a_failure_in_another_form_is_left_to_its_status(status: int, body: bytes) -> None:
    check(HttpAnswer(status, body, {}, NOON))


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"7", b'{"data": ', b'{"status": 5, "data": []}', b"{}"])
def test_a_success_in_another_form_is_a_bad_answer(body: bytes) -> None:
    with pytest.raises(UpstreamBadAnswer):
        check(HttpAnswer(200, body, {}, NOON))
