"""What a status means, and what is kept of an answer that is none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cryptodesk.core.errors import (
    UpstreamBadAnswer,
    UpstreamError,
    UpstreamRateLimited,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from cryptodesk.models._http.meanings import (
    MAX_ERROR_BODY_BYTES,
    OVERLOADED,
    TIMED_OUT,
    bad_answer,
    bounded_body,
    error_object,
    meaning_of_status,
    parsed_json,
    unreadable,
)

SECRET = "sk-secret"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (204, UpstreamBadAnswer), (302, UpstreamUnavailable), (400, UpstreamRejected), (401, UpstreamUnavailable),
        (402, UpstreamUnavailable), (403, UpstreamUnavailable), (404, UpstreamUnavailable), (405, UpstreamRejected),
        (408, UpstreamTimeout), (429, UpstreamRateLimited), (499, UpstreamRejected), (500, UpstreamUnavailable),
        (504, UpstreamUnavailable), (599, UpstreamUnavailable), (600, UpstreamUnavailable),
    ],
)  # fmt: skip
def test_the_status_table(status: int, kind: type[UpstreamError]) -> None:
    assert meaning_of_status(status, {})[0] is kind


def test_a_vendors_own_row_goes_before_the_common_one() -> None:
    own = {504: TIMED_OUT, 401: OVERLOADED}
    assert meaning_of_status(504, own) is TIMED_OUT
    assert meaning_of_status(401, own) is OVERLOADED
    assert meaning_of_status(408, own) is TIMED_OUT


def test_a_body_that_is_not_json_is_kept_as_bounded_text() -> None:
    body = bounded_body(b"<html>" + b"x" * 50_000, None)
    assert body == {"text": "<html>" + "x" * 1994}


def test_json_longer_than_the_bound_is_kept_as_bounded_text() -> None:
    fits = json.dumps({"e": "x" * (MAX_ERROR_BODY_BYTES - 9)}).encode()
    assert len(fits) == MAX_ERROR_BODY_BYTES
    assert bounded_body(fits, None) == json.loads(fits)
    assert bounded_body(fits + b" ", None) == {"text": fits[:2000].decode()}


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (b"", None),
        (b" \n", None),
        (b'{"a":1}', {"a": 1}),
        (b'[{"error":1}]', {"error": 1}),
        (b'[{"candidates":[]},{"error":1}]', {"error": 1}),
        (b'[{"a":1},2]', {"a": 1}),
        (b"[]", {"text": "[]"}),
        (b"[1]", {"text": "[1]"}),
        (b"7", {"text": "7"}),
        (b"[" * 5000, {"text": "[" * 2000}),
        (b'{"a":"\xff"}', {"text": '{"a":"\ufffd"}'}),
    ],
)
def test_the_object_of_an_error_is_found(raw: bytes, body: dict[str, Any] | None) -> None:
    assert bounded_body(raw, None) == body


@pytest.mark.parametrize("raw", [b'{"m":"sk-secret"}', b"no sk-secret", b"x" * 20_000 + b"sk-secret"])
def test_the_key_is_in_no_body(raw: bytes) -> None:
    assert SECRET not in str(bounded_body(raw, SECRET))


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (None, {}),
        ({"error": {"code": 1}}, {"code": 1}),
        ({"error": "a string"}, {"message": "a string"}),
        ({"message": "bare"}, {"message": "bare"}),
    ],
)
def test_what_a_body_says_of_the_error_is_found_wherever_it_stands(
    body: dict[str, Any] | None, error: dict[str, Any]
) -> None:
    assert error_object(body) == error


@pytest.mark.parametrize(
    ("payload", "words", "text"),
    [
        (b" \n", "up answered with nothing", None),
        (b"<html> sk-secret", "up did not answer in JSON", "<html> ***"),
        (b"[" * 10_000, "up did not answer in JSON", "[" * 2000),
        (b'{"a":"sk-secret"}', "up answered in another format", '{"a":"***"}'),
        (b"null", "up answered in another format", "null"),
    ],
)
def test_an_answer_in_no_known_format_is_told_apart(payload: bytes, words: str, text: str | None) -> None:
    error = unreadable("up", payload, SECRET)
    assert (error.message, error.upstream, error.upstream_status) == (words, "up", 200)
    assert error.body == (None if text is None else {"text": text})


def test_what_was_said_is_kept_within_bounds_and_without_the_key() -> None:
    error = bad_answer("up", "said nonsense", b"sk-secret" + b"x" * 5000, secret=SECRET)
    assert error.body is not None
    assert error.body["text"].startswith("***xxx")
    assert len(error.body["text"]) <= 2000
    assert bad_answer("up", "said nonsense").body is None


def test_what_is_no_json_is_none() -> None:
    assert parsed_json(b'{"a":[1]}') == {"a": [1]}
    assert [parsed_json(raw) for raw in (b"{", b'"\xff"', b"[" * 100_000)] == [None, None, None]
