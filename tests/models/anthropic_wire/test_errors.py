"""The error table."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest

from cryptodesk.core import errors as core_errors
from cryptodesk.core.errors import (
    ContentFiltered,
    ContextTooLong,
    CryptodeskError,
    OutputLimitTooLow,
    UpstreamBadAnswer,
    UpstreamError,
    UpstreamRateLimited,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from cryptodesk.models._http import meanings
from cryptodesk.models.anthropic_wire import _errors
from cryptodesk.models.anthropic_wire._errors import (
    error_in_answer,
    error_of_status,
)

SECRET = "sk-secret"


def refused(status: int, body: Any = b"") -> CryptodeskError:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return error_of_status("up", status, raw, secret=SECRET)


def error_body(message: str = "x", kind: str = "invalid_request_error", **more: Any) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message, **more}, "request_id": "req_1"}


def test_every_status_means_an_upstream_error_that_names_the_upstream_and_the_status() -> None:
    for status in range(201, 600):
        if status == 413:
            continue
        error = refused(status)
        assert isinstance(error, UpstreamError)
        assert (error.upstream, error.upstream_status) == ("up", status)
        assert str(status) in error.message


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, UpstreamRejected), (401, UpstreamUnavailable), (402, UpstreamUnavailable), (403, UpstreamUnavailable),
        (404, UpstreamUnavailable), (405, UpstreamRejected), (408, UpstreamTimeout), (409, UpstreamRejected),
        (413, ContextTooLong), (422, UpstreamRejected), (429, UpstreamRateLimited), (500, UpstreamUnavailable),
        (503, UpstreamUnavailable), (504, UpstreamTimeout), (529, UpstreamUnavailable), (302, UpstreamUnavailable),
        (204, UpstreamBadAnswer),
    ],
)  # fmt: skip
def test_the_status_table(status: int, kind: type[CryptodeskError]) -> None:
    assert type(refused(status, error_body())) is kind
    assert type(refused(status, b"<html>")) is kind


@pytest.mark.parametrize(
    ("kind", "status", "expected"),
    [
        ("invalid_request_error", 400, UpstreamRejected), ("authentication_error", 401, UpstreamUnavailable),
        ("billing_error", 402, UpstreamUnavailable), ("permission_error", 403, UpstreamUnavailable),
        ("not_found_error", 404, UpstreamUnavailable), ("request_too_large", 413, ContextTooLong),
        ("rate_limit_error", 429, UpstreamRateLimited), ("api_error", 500, UpstreamUnavailable),
        ("timeout_error", 504, UpstreamTimeout), ("overloaded_error", 529, UpstreamUnavailable),
    ],
)  # fmt: skip
def test_a_documented_type_means_the_same_as_its_status_wherever_it_stands(
    kind: str, status: int, expected: type[CryptodeskError]
) -> None:
    assert type(refused(status, error_body("x", kind))) is expected
    inside = error_in_answer("up", json.dumps(error_body("x", kind)).encode(), secret=SECRET)
    assert type(inside) is expected
    if isinstance(inside, UpstreamError):
        assert inside.retryable is (expected is not UpstreamRejected)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (error_body("prompt is too long: 208310 tokens > 200000 maximum"), ContextTooLong),
        (error_body("input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input "
                    "length or `max_tokens` and try again"), ContextTooLong),
        (error_body("max_tokens: Input should be greater than or equal to 1"), OutputLimitTooLow),
        (error_body("max_tokens: 200000 > 128000, which is the maximum allowed number of output tokens for "
                    "claude-opus-5-5"), UpstreamRejected),
        (error_body("Output blocked by content filtering policy"), ContentFiltered),
        (error_body("Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to "
                    "upgrade or purchase credits."), UpstreamUnavailable),
        (error_body("You have reached your specified API usage limits. You will regain access on 2026-12-01 at "
                    "00:00 UTC."), UpstreamUnavailable),
        (error_body("x", "overloaded_error"), UpstreamUnavailable),
        (error_body("temperature: Extra inputs are not permitted"), UpstreamRejected),
        (error_body("x", "error_of_next_year"), UpstreamRejected),
        ({"error": "a string"}, UpstreamRejected),
        ({"detail": [{"loc": ["body", "messages"]}]}, UpstreamRejected),
        ([], UpstreamRejected),
        (b"<html>Bad request</html>", UpstreamRejected),
        (b"[" * 10_000, UpstreamRejected),
        (b"", UpstreamRejected),
    ],
)  # fmt: skip
def test_a_400_is_told_apart_by_what_it_says(body: Any, kind: type[CryptodeskError]) -> None:
    assert type(refused(400, body)) is kind


def test_a_too_long_conversation_keeps_the_figures_the_upstream_gave() -> None:
    assert "208310" in refused(400, error_body("prompt is too long: 208310 tokens > 200000 maximum")).message
    assert "longer than the model can read" in refused(413, b"").message


def test_a_too_low_output_limit_says_what_would_fix_it() -> None:
    error = refused(400, error_body("max_tokens: Input should be greater than or equal to 1"))
    assert error.message == (
        "Could not finish the message because max_tokens or model output limit was reached. "
        "Please try again with higher max_tokens."
    )


@pytest.mark.parametrize("seconds", [12.5, 0.0, None])
def test_when_to_ask_again_is_kept(seconds: float | None) -> None:
    error = error_of_status("up", 529, b"{}", secret=None, retry_after_seconds=seconds)
    assert isinstance(error, UpstreamError)
    assert error.retry_after_seconds == seconds


def test_the_upstreams_own_words_are_in_the_body_and_not_in_the_message() -> None:
    error = refused(429, error_body("Rate limit reached in organization org-abc", "rate_limit_error"))
    assert isinstance(error, UpstreamError)
    assert error.body == error_body("Rate limit reached in organization org-abc", "rate_limit_error")
    assert "org-abc" not in error.message


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_named_as_the_cause_and_never_shown(status: int) -> None:
    error = refused(status, error_body(f"invalid x-api-key {SECRET} / sk-se***et"))
    assert isinstance(error, UpstreamError)
    assert "API key" in error.message
    assert "sk-se" not in f"{error.message} {error.body!r} {error!r}"


@pytest.mark.parametrize("status", [400, 404, 422, 429, 500])
def test_a_key_that_an_upstream_repeats_is_blanked(status: int) -> None:
    error = refused(status, error_body(f"prompt is too long, key {SECRET}"))
    assert SECRET not in f"{error.message} {getattr(error, 'body', None)!r}"


def test_an_error_in_the_answer_is_read_by_its_type() -> None:
    error = error_in_answer("up", b'{"error":{"message":"sk-secret","type":"rate_limit_error"}}', secret=SECRET)
    assert isinstance(error, UpstreamRateLimited)
    assert error.body == {"error": {"message": "***", "type": "rate_limit_error"}}
    assert error.upstream_status == 200


def test_the_table_in_the_docstring_names_every_error_the_module_makes() -> None:
    made = {
        name
        for name, member in (vars(_errors) | vars(meanings)).items()
        if inspect.isclass(member) and member.__module__ == core_errors.__name__
    } - {"CryptodeskError", "UpstreamError"}
    assert made == {name for name in made if name in (_errors.__doc__ or "")}
