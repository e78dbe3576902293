"""The error envelope: a string in JSON, the dialect's statuses, and what tells a client whether to try again."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from cryptodesk.core.errors import (
    BudgetSpent,
    ContextTooLong,
    CryptodeskError,
    Forbidden,
    InternalError,
    InvalidRequest,
    JobEnded,
    JobNotFound,
    ModelNotFound,
    OutOfCredit,
    RateLimited,
    RequestTimeout,
    RunTimeout,
    TooLarge,
    Unauthenticated,
    UpstreamBadAnswer,
    UpstreamRateLimited,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from cryptodesk.dialects.messari.errors import clipped, encode_error, error_text
from tests.dialects.messari.requirements import requirement
from tests.dialects.support import NOW

_UP = {"upstream": "openai"}
INTERNAL = "Internal server error, please try again"
ERRORS: list[tuple[CryptodeskError, int, str]] = [
    (InvalidRequest("verbosity must be …", param="verbosity"), 400, "verbosity must be …"),
    (Unauthenticated("x", reason="missing"), 401, "Invalid API key"),
    (Unauthenticated("x", reason="invalid"), 401, "Invalid API key"),
    (OutOfCredit("no credit left"), 402, "no credit left"),
    (BudgetSpent("the budget is spent"), 402, "the budget is spent"),
    (Forbidden("not with this key"), 403, "not with this key"),
    (JobNotFound("not found: research job"), 404, "not found: research job"),
    (ModelNotFound("no such model", model_id="m"), 404, "no such model"),
    (RequestTimeout("the body did not arrive"), 408, "the body did not arrive"),
    (JobEnded("the job has ended"), 409, "the job has ended"),
    (TooLarge("the body is too large"), 400, "the body is too large"),
    (ContextTooLong("too long"), 400, "too long"),
    (InternalError("the secret cause"), 500, INTERNAL),
    (UpstreamBadAnswer("openai broke off", **_UP), 502, "openai broke off"),
    (UpstreamUnavailable("openai is down", **_UP), 503, "openai is down"),
    (UpstreamTimeout("openai is slow", **_UP), 504, "openai is slow"),
    (RunTimeout("the run took too long"), 504, "the run took too long"),
    (InvalidRequest(""), 400, INTERNAL),
]


class LimitedUntil(RateLimited):
    """A limit that says when it ends."""

    def __init__(self, seconds: float) -> None:
        super().__init__("")
        self.resets_at = NOW + timedelta(seconds=seconds)


@requirement("MES-ERROR", "MES-401", "MES-500", "MES-413", "MES-UPSTREAM")
@pytest.mark.parametrize(("error", "status", "text"), ERRORS)
def test_every_error_is_a_string_under_its_status(error: CryptodeskError, status: int, text: str) -> None:
    answer = encode_error(error, NOW)
    assert (answer.status, json.loads(answer.body)) == (status, {"error": text, "data": None})


@requirement("MES-429", "MES-RETRY")
@pytest.mark.parametrize(
    ("seconds", "shown", "whole"),
    [
        (0.2, "1s", 1),
        (5, "5s", 5),
        (60, "1m0s", 60),
        (125, "2m5s", 125),
        (3600, "1h0m0s", 3600),
        (11525.5, "3h12m6s", 11526),
    ],
)
def test_a_limit_that_says_when_it_ends_tells_it_like_the_upstream(seconds: float, shown: str, whole: int) -> None:
    answer = encode_error(LimitedUntil(seconds), NOW)
    assert answer.status == 429
    assert json.loads(answer.body)["error"] == f"rate limit exceeded. Resets in {shown}"
    headers = dict(answer.headers)
    assert headers[b"retry-after"] == b"%d" % whole
    assert headers.get(b"x-should-retry") == (b"false" if whole > 60 else None)


@requirement("MES-429")
def test_a_limit_that_does_not_say_when_it_ends_tells_its_own_words() -> None:
    answer = encode_error(RateLimited("Two answers at once are allowed."), NOW)
    assert json.loads(answer.body)["error"] == "rate limit exceeded. Two answers at once are allowed."
    assert answer.headers == ()


@requirement("MES-RETRY")
@pytest.mark.parametrize(
    ("error", "tries_again"),
    [
        (UpstreamUnavailable("x", **_UP), True),
        (UpstreamRateLimited("x", **_UP), True),
        (UpstreamTimeout("x", **_UP), True),
        (InternalError("x"), False),
        (RunTimeout("x"), False),
        (JobEnded("x"), False),
        (RequestTimeout("x"), False),
    ],
)
def test_clients_that_try_again_unasked_are_told_where_it_is_of_no_use(
    error: CryptodeskError, tries_again: bool
) -> None:
    assert (dict(encode_error(error, NOW).headers).get(b"x-should-retry") == b"false") is not tries_again


def test_a_body_that_did_not_arrive_closes_its_connection() -> None:
    assert (b"connection", b"close") in encode_error(RequestTimeout("x"), NOW).headers


def test_an_error_frame_has_the_same_words() -> None:
    for error, _, text in ERRORS:
        assert error_text(error, NOW) == text


def test_quoted_text_is_short() -> None:
    assert clipped("a" * 300) == "a" * 256 + "…"
    assert clipped("a" * 256) == "a" * 256
