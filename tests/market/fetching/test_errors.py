"""The error table, row by row."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cryptodesk.core.errors import (
    UpstreamBadAnswer,
    UpstreamError,
    UpstreamRateLimited,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from cryptodesk.market.fetching.errors import (
    LimitedBySource,
    copy_of,
    error_of_status,
    is_web_page,
)
from cryptodesk.market.fetching.http import HttpAnswer

NOW = datetime(2026, 9, 9, 12, tzinfo=UTC)


def answered(status: int, body: bytes = b"{}", **headers: str) -> HttpAnswer:
    return HttpAnswer(status, body, {name.replace("_", "-"): value for name, value in headers.items()}, NOW)


def test_every_status_means_an_error_that_names_the_source_and_the_status() -> None:
    for status in [*range(100, 200), *range(300, 1000)]:
        error = error_of_status("acme", answered(status))
        assert (error.upstream, error.upstream_status) == ("acme", status)
        assert error.message.startswith("acme ")
        assert error.message.endswith(f"(HTTP {status})")


@pytest.mark.parametrize(
    ("status", "kind", "is_retryable"),
    [
        (100, UpstreamBadAnswer, True), (301, UpstreamUnavailable, False), (400, UpstreamRejected, False),
        (401, UpstreamUnavailable, False), (402, UpstreamUnavailable, False), (403, UpstreamRejected, False),
        (404, UpstreamRejected, False), (408, UpstreamTimeout, True), (418, UpstreamRateLimited, True),
        (422, UpstreamRejected, False), (429, UpstreamRateLimited, True), (451, UpstreamUnavailable, False),
        (500, UpstreamUnavailable, True), (502, UpstreamUnavailable, True), (503, UpstreamUnavailable, True),
        (504, UpstreamUnavailable, True), (520, UpstreamUnavailable, True),
    ],
)  # fmt: skip
def test_the_status_table(status: int, kind: type[UpstreamError], is_retryable: bool) -> None:
    error = error_of_status("acme", answered(status))
    assert isinstance(error, kind)
    assert error.retryable is is_retryable


def test_a_403_from_a_wall_is_about_the_source_and_not_the_request() -> None:
    page = answered(403, b"<!DOCTYPE html><title>Blocked</title>")
    assert isinstance(error_of_status("acme", page), UpstreamUnavailable)
    assert isinstance(error_of_status("acme", answered(403, b"no", content_type="text/html")), UpstreamUnavailable)


def test_the_time_to_come_back_is_told() -> None:
    for status in (418, 429, 503):
        error = error_of_status("acme", answered(status, retry_after="6.2"))
        assert isinstance(error, LimitedBySource)
        assert error.retry_after_seconds == 6.2
        assert error.message == f"acme limits our requests, retry in 7 s (HTTP {status})"


def test_what_a_source_says_is_kept_without_our_secrets() -> None:
    said = b'{"error": "key k3y-0123456789 of 10.0.0.1 is wrong, k3y"}'
    error = error_of_status("acme", answered(400, said), secrets=["k3y-0123456789", "k3y", ""])
    assert error.body == {"text": '{"error": "key *** of 10.0.0.1 is wrong, k3y"}'}
    for status in (401, 403):
        assert error_of_status("acme", answered(status, said)).body is None


def test_a_secret_at_the_cut_is_still_a_secret() -> None:
    error = error_of_status("acme", answered(400, b"x" * 495 + b"k3y-0123456789"), secrets=["k3y-0123456789"])
    assert error.body == {"text": "x" * 495 + "***"}


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"\x00" * 100, "\u202e\u200bé".encode()])
def test_odd_words_do_no_harm(body: bytes) -> None:
    error = error_of_status("acme", answered(500, body))
    assert error.body is None or error.body["text"].isprintable()


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [(b"<html>", "", True), (b"\xef\xbb\xbf\n <!doctype HTML>", "", True), (b"{}", "text/html", True),
     (b"{}", "Text/HTML; charset=x", True), (b"{}", "application/json", False), (b"<?xml?><rss>", "text/xml", False),
     (b'"<html>"', "", False), (b"", "", False)],
)  # fmt: skip
def test_web_pages_are_told_from_values(body: bytes, kind: str, expected: bool) -> None:
    assert is_web_page(answered(200, body, content_type=kind)) is expected


def test_a_copy_is_equal_in_all_but_where_it_was_raised() -> None:
    original = LimitedBySource("m", upstream="acme", upstream_status=429, body={"a": 1}, retry_after_seconds=3)
    try:
        raise original
    except LimitedBySource:
        twin = copy_of(original)
    assert type(twin) is LimitedBySource
    assert (vars(twin), twin.args, str(twin)) == (vars(original), original.args, "m")
    assert (twin.__traceback__, twin.__context__) == (None, None)
