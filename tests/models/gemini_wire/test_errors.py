"""The error table, and that it is complete."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest

from cryptodesk.core import errors as core_errors
from cryptodesk.core.errors import (
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
from cryptodesk.models.gemini_wire import _errors
from cryptodesk.models.gemini_wire._errors import (
    error_in_answer,
    error_of_status,
    retry_delay_seconds,
)

SECRET = "sk-secret"


def refused(status: int, body: Any = b"") -> CryptodeskError:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return error_of_status("up", status, raw, secret=SECRET)


def error_body(message: str = "x", status: str | None = "INVALID_ARGUMENT", **more: Any) -> dict[str, Any]:
    return {"error": {"code": 400, "message": message, **({} if status is None else {"status": status}), **more}}


def detail(kind: str, **fields: Any) -> dict[str, Any]:
    return {"@type": f"type.googleapis.com/google.rpc.{kind}", **fields}


def test_every_status_means_an_upstream_error_that_names_the_upstream_and_the_status() -> None:
    for status in set(range(201, 600)) - {413}:
        error = refused(status)
        assert isinstance(error, UpstreamError)
        assert (error.upstream, error.upstream_status) == ("up", status)
        assert str(status) in error.message


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, UpstreamRejected), (401, UpstreamUnavailable), (402, UpstreamUnavailable), (403, UpstreamUnavailable),
        (404, UpstreamUnavailable), (405, UpstreamRejected), (407, UpstreamRejected), (408, UpstreamTimeout),
        (422, UpstreamRejected), (429, UpstreamRateLimited), (499, UpstreamUnavailable), (500, UpstreamUnavailable),
        (503, UpstreamUnavailable), (504, UpstreamTimeout), (302, UpstreamUnavailable), (204, UpstreamBadAnswer),
    ],
)  # fmt: skip
def test_the_status_table(status: int, kind: type[UpstreamError]) -> None:
    assert type(refused(status, error_body(status=None))) is kind
    assert type(refused(status, b"<html>busy</html>")) is kind


# google.rpc.Code with the HTTP status that its document gives each.
RPC_CODES = [
    ("CANCELLED", 499, UpstreamUnavailable), ("UNKNOWN", 500, UpstreamUnavailable),
    ("INVALID_ARGUMENT", 400, UpstreamRejected), ("DEADLINE_EXCEEDED", 504, UpstreamTimeout),
    ("NOT_FOUND", 404, UpstreamUnavailable), ("ALREADY_EXISTS", 409, UpstreamRejected),
    ("PERMISSION_DENIED", 403, UpstreamUnavailable), ("UNAUTHENTICATED", 401, UpstreamUnavailable),
    ("RESOURCE_EXHAUSTED", 429, UpstreamRateLimited), ("FAILED_PRECONDITION", 400, UpstreamUnavailable),
    ("ABORTED", 409, UpstreamUnavailable), ("OUT_OF_RANGE", 400, UpstreamRejected),
    ("UNIMPLEMENTED", 501, UpstreamRejected), ("INTERNAL", 500, UpstreamUnavailable),
    ("UNAVAILABLE", 503, UpstreamUnavailable), ("DATA_LOSS", 500, UpstreamUnavailable),
]  # fmt: skip


@pytest.mark.parametrize(("name", "status", "kind"), RPC_CODES)
def test_every_status_of_the_vendor_means_the_same_everywhere(
    name: str, status: int, kind: type[UpstreamError]
) -> None:
    body = {"error": {"code": status, "message": "m", "status": name}}
    raw = json.dumps(body).encode()
    assert type(refused(status, body)) is type(refused(status, [body])) is kind
    assert type(error_in_answer("up", raw, secret=SECRET)) is kind
    assert type(error_in_answer("up", b"[" + raw + b"]", secret=SECRET)) is kind


def test_every_status_of_the_vendor_has_a_row() -> None:
    assert {name for name, _, _ in RPC_CODES} == set(_errors._BY_RPC_STATUS)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (error_body("The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."),
         ContextTooLong),
        (error_body("Request payload size exceeds the limit: 20971520 bytes."), ContextTooLong),
        (error_body("max_output_tokens must be positive"), OutputLimitTooLow),
        (error_body("GenerateContentRequest.generation_config.max_output_tokens: must be greater than 0"),
         OutputLimitTooLow),
        (error_body("max_output_tokens is larger than this model takes"), UpstreamRejected),
        (error_body("API key not valid. Please pass a valid API key.",
                    details=[detail("ErrorInfo", reason="API_KEY_INVALID", domain="googleapis.com")]),
         UpstreamUnavailable),
        (error_body("x", details=[detail("ErrorInfo", reason="API_KEY_INVALID")]), UpstreamUnavailable),
        (error_body("API key expired. Please renew the API key."), UpstreamUnavailable),
        (error_body("User location is not supported for the API use.", "FAILED_PRECONDITION"), UpstreamUnavailable),
        (error_body('Invalid JSON payload received. Unknown name "x"'), UpstreamRejected),
        ([error_body("Role 'function' is not supported.")], UpstreamRejected),
        (error_body("x", details="none"), UpstreamRejected),
        (error_body("x", details=[7, {"retryDelay": 7}]), UpstreamRejected),
        ({"error": "a string"}, UpstreamRejected), ([], UpstreamRejected), ([1], UpstreamRejected),
        (b"<html>Bad request</html>", UpstreamRejected), (b"", UpstreamRejected),
    ],
)  # fmt: skip
def test_a_400_is_told_apart_by_what_it_says(body: Any, kind: type[CryptodeskError]) -> None:
    assert type(refused(400, body)) is kind


def test_a_413_is_a_conversation_that_is_too_long() -> None:
    assert type(refused(413, b"<html>")) is ContextTooLong


@pytest.mark.parametrize(
    ("delay", "seconds"),
    [("27s", 27), ("27.500000001s", 27.500000001), ("0.2s", 0.2), ("0s", 0), ("999999999s", 86_400)],
)
def test_how_long_to_wait_is_what_the_body_says_and_else_the_header(delay: str, seconds: float) -> None:
    details = [detail("QuotaFailure", violations=[]), detail("RetryInfo", retryDelay=delay)]
    raw = json.dumps(error_body("Quota exceeded", "RESOURCE_EXHAUSTED", details=details)).encode()
    for error in (
        error_of_status("up", 429, raw, secret=None, retry_after_seconds=99),
        error_in_answer("up", raw, secret=None),
    ):
        assert isinstance(error, UpstreamRateLimited)
        assert error.retry_after_seconds == seconds
    silent = error_of_status("up", 429, b"{}", secret=None, retry_after_seconds=99)
    assert isinstance(silent, UpstreamRateLimited)
    assert silent.retry_after_seconds == 99


@pytest.mark.parametrize("delay", ["soon", "", "-1s", "1e9s", "9" * 400 + "s", None, 27])
def test_a_delay_nobody_can_read_is_none(delay: Any) -> None:
    assert retry_delay_seconds({"details": [detail("RetryInfo", retryDelay=delay)]}) is None


def test_a_quota_of_input_tokens_is_no_long_conversation() -> None:
    words = "Quota exceeded for metric: generate_content_free_tier_input_token_count, limit: 250000"
    body = {"error": {"code": 429, "message": words, "status": "RESOURCE_EXHAUSTED"}}
    assert type(refused(429, body)) is UpstreamRateLimited
    assert type(error_in_answer("up", json.dumps(body).encode(), secret=None)) is UpstreamRateLimited


def test_a_too_long_conversation_keeps_the_figures_the_upstream_gave() -> None:
    assert "1048576" in refused(400, error_body("exceeds the maximum number of tokens allowed (1048576)")).message


def test_a_too_low_output_limit_says_what_would_fix_it() -> None:
    error = refused(400, error_body("max_output_tokens must be positive"))
    assert error.message == (
        "Could not finish the message because max_tokens or model output limit was reached. "
        "Please try again with higher max_tokens."
    )


def test_the_upstreams_own_words_are_in_the_body_and_not_in_the_message() -> None:
    error = refused(429, error_body("Quota exceeded in project org-abc", "RESOURCE_EXHAUSTED"))
    assert isinstance(error, UpstreamError)
    assert error.body == error_body("Quota exceeded in project org-abc", "RESOURCE_EXHAUSTED")
    assert "org-abc" not in error.message


@pytest.mark.parametrize(
    ("status", "name"), [(401, "UNAUTHENTICATED"), (403, "PERMISSION_DENIED"), (400, "INVALID_ARGUMENT")]
)
def test_a_refused_key_is_named_as_the_cause_and_never_shown(status: int, name: str) -> None:
    body = error_body(f"API key not valid: {SECRET} / sk-se***et", name)
    for error in (refused(status, body), error_in_answer("up", json.dumps(body).encode(), secret=SECRET)):
        assert isinstance(error, UpstreamUnavailable)
        assert "API key" in error.message
        assert "sk-se" not in f"{error.message} {error.body!r} {error!r}"


@pytest.mark.parametrize("status", [400, 404, 422, 429, 500])
def test_a_key_that_an_upstream_repeats_is_blanked(status: int) -> None:
    error = refused(status, error_body(f"exceeds the maximum number of tokens, key {SECRET}"))
    assert SECRET not in f"{error.message} {getattr(error, 'body', None)!r}"


def test_an_error_in_the_answer_is_read_by_its_code_where_it_has_no_status() -> None:
    error = error_in_answer("up", b'{"error":{"message":"sk-secret","code":429}}', secret=SECRET)
    assert isinstance(error, UpstreamRateLimited)
    assert error.body == {"error": {"message": "***", "code": 429}}
    assert error.upstream_status == 200
    assert type(error_in_answer("up", b'{"error":"odd"}', secret=None)) is UpstreamBadAnswer


def test_the_table_in_the_docstring_names_every_error_the_module_makes() -> None:
    made = {
        name
        for name, member in (vars(_errors) | vars(meanings)).items()
        if inspect.isclass(member) and member.__module__ == core_errors.__name__
    } - {"CryptodeskError", "UpstreamError"}
    assert made == {name for name in made if name in (_errors.__doc__ or "")}
