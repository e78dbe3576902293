"""Each error of the core under OpenAI's envelope, its true status, and what it says of trying again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cryptodesk.core import errors
from cryptodesk.core.errors import CryptodeskError
from cryptodesk.core.events import RunFailed
from cryptodesk.dialects.openai.errors import encode_error
from tests.dialects.openai.requirements import requirement
from tests.dialects.openai.support import Client
from tests.dialects.support import NOW, FakeEngine

INVALID, SERVER = "invalid_request_error", "server_error"
EXPECTED: list[tuple[CryptodeskError, int, str, str | None, str | None]] = [
    (errors.InvalidRequest("x", param="p", reason="r"), 400, INVALID, "p", "r"),
    (errors.ModelNotFound("x", model_id="gpt-9"), 404, INVALID, "model", "model_not_found"),
    (errors.Unauthenticated("x", reason="missing"), 401, INVALID, None, None),
    (errors.Unauthenticated("x", reason="invalid"), 401, INVALID, None, "invalid_api_key"),
    (errors.OutOfCredit("x"), 429, "insufficient_quota", None, "insufficient_quota"),
    (errors.BudgetSpent("x"), 402, INVALID, None, "budget_spent"),
    (errors.Forbidden("x"), 403, "permission_error", None, "forbidden"),
    (errors.TooLarge("x"), 413, INVALID, None, "too_large"),
    (errors.RequestTimeout("x"), 408, INVALID, None, "request_timeout"),
    (errors.RateLimited("x"), 429, "rate_limit_error", None, "rate_limit_exceeded"),
    (errors.ContextTooLong("x"), 400, INVALID, "messages", "context_length_exceeded"),
    (errors.OutputLimitTooLow("x"), 400, INVALID, "max_completion_tokens", "output_limit_too_low"),
    (errors.ContentFiltered("x"), 400, INVALID, None, "content_filtered"),
    (errors.RunTimeout("x"), 504, SERVER, None, "run_timeout"),
    (errors.UpstreamBadAnswer("x", upstream="u"), 502, SERVER, None, "upstream_bad_answer"),
    (errors.UpstreamRejected("x", upstream="u"), 502, SERVER, None, "upstream_rejected"),
    (errors.UpstreamUnavailable("x", upstream="u"), 503, SERVER, None, "upstream_unavailable"),
    (errors.UpstreamRateLimited("x", upstream="u"), 503, SERVER, None, "upstream_rate_limited"),
    (errors.UpstreamTimeout("x", upstream="u"), 504, SERVER, None, "upstream_timeout"),
    (errors.InternalError("x"), 500, SERVER, None, "internal_error"),
    (errors.LedgerUnavailable("x"), 503, SERVER, None, "ledger_unavailable"),
    (errors.StoreUnavailable("x"), 503, SERVER, None, "store_unavailable"),
]


@requirement("OAI-ERROR")
@pytest.mark.parametrize(("error", "status", "kind", "param", "code"), EXPECTED, ids=lambda value: type(value).__name__)
async def test_an_error_is_told_under_its_status(
    error: Any, status: int, kind: str, param: str | None, code: str | None
) -> None:
    answer = await Client(FakeEngine([[RunFailed(error)]])).ask()
    assert answer.status == status
    told = answer.error
    assert (told["type"], told["param"], told["code"]) == (kind, param, code)
    assert told["message"]


def headers_of(error: CryptodeskError) -> dict[bytes, bytes]:
    return dict(encode_error(error, NOW).headers)


@requirement("OAI-RETRY")
@pytest.mark.parametrize(
    ("error", "is_retried"),
    [
        (errors.RateLimited("x"), True),
        (errors.UpstreamUnavailable("x", upstream="u"), True),
        (errors.OutOfCredit("x"), False),
        (errors.RunTimeout("x"), False),
        (errors.InternalError("x"), False),
        (errors.UpstreamRejected("x", upstream="u"), False),
    ],
)
def test_what_would_fail_again_is_not_tried_again(error: CryptodeskError, is_retried: bool) -> None:
    assert (headers_of(error).get(b"x-should-retry") is None) == is_retried


@requirement("OAI-RETRY")
@pytest.mark.parametrize(
    ("seconds", "told"), [(0.2, b"1"), (7, b"7"), (7.01, b"8"), (None, None), (float("nan"), None)]
)
def test_when_to_try_again_is_said_where_it_is_known(seconds: Any, told: bytes | None) -> None:
    error = errors.UpstreamRateLimited("x", upstream="u", retry_after_seconds=seconds)
    assert headers_of(error).get(b"retry-after") == told


@requirement("OAI-RETRY")
def test_a_limit_of_ours_says_when_it_ends() -> None:
    error = errors.RateLimited("x")
    error.resets_at = NOW + timedelta(seconds=90.5)  # type: ignore[attr-defined]
    assert headers_of(error)[b"retry-after"] == b"91"


def test_a_body_that_came_too_slowly_ends_the_connection() -> None:
    assert headers_of(errors.RequestTimeout("x"))[b"connection"] == b"close"


def test_a_hint_says_what_a_model_lacks() -> None:
    error = errors.ModelNotFound("x", model_id="gpt", hint="Set OPENAI_API_KEY.")
    assert b"Set OPENAI_API_KEY." in encode_error(error, NOW).body
