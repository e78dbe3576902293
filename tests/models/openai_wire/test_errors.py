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
from cryptodesk.models.openai_wire import _errors
from cryptodesk.models.openai_wire._errors import (
    error_in_answer,
    error_of_status,
)

SECRET = "sk-secret"


def refused(status: int, body: Any = b"") -> CryptodeskError:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return error_of_status("up", status, raw, secret=SECRET)


def error_body(message: str = "x", **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None, **more}}


def test_every_status_means_an_upstream_error_that_names_the_upstream_and_the_status() -> None:
    for status in range(201, 600):
        error = refused(status)
        assert isinstance(error, UpstreamError)
        assert (error.upstream, error.upstream_status) == ("up", status)
        assert str(status) in error.message


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, UpstreamRejected), (401, UpstreamUnavailable), (402, UpstreamUnavailable), (403, UpstreamUnavailable),
        (404, UpstreamUnavailable), (405, UpstreamRejected), (408, UpstreamTimeout), (413, UpstreamRejected),
        (422, UpstreamRejected), (429, UpstreamRateLimited), (500, UpstreamUnavailable), (503, UpstreamUnavailable),
        (529, UpstreamUnavailable), (302, UpstreamUnavailable), (204, UpstreamBadAnswer),
    ],
)  # fmt: skip
def test_the_status_table(status: int, kind: type[UpstreamError]) -> None:
    assert type(refused(status, error_body())) is kind


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (error_body("maximum context length is 4096 tokens", code="context_length_exceeded"), ContextTooLong),
        (error_body("This model's maximum context length is 4096 tokens.", code=400), ContextTooLong),
        ({"error": {"code": 400, "message": "the request exceeds the available context size",
                    "type": "exceed_context_size_error"}}, ContextTooLong),
        ({"object": "error", "message": "This model's maximum context length is 10.", "code": 400}, ContextTooLong),
        (error_body("Could not finish the message because max_tokens or model output limit was reached. Please try "
                    "again with higher max_tokens."), OutputLimitTooLow),
        (error_body("Invalid 'max_completion_tokens': integer below minimum value.", param="max_completion_tokens",
                    code="integer_below_min_value"), OutputLimitTooLow),
        (error_body("Invalid 'n': integer below minimum value.", param="n", code="integer_below_min_value"),
         UpstreamRejected),
        (error_body("filtered", code="content_filter"), ContentFiltered),
        (error_body("Unsupported value: 'temperature'", code="unsupported_value"), UpstreamRejected),
        ({"error": "a string"}, UpstreamRejected),
        ({"detail": [{"loc": ["body", "messages"]}]}, UpstreamRejected),
        (b"<html>Bad request</html>", UpstreamRejected),
        (b"", UpstreamRejected),
    ],
)  # fmt: skip
def test_a_400_is_told_apart_by_what_it_says(body: Any, kind: type[CryptodeskError]) -> None:
    assert type(refused(400, body)) is kind


def test_a_too_long_conversation_keeps_the_figures_the_upstream_gave() -> None:
    assert "4096" in refused(400, error_body("maximum context length is 4096 tokens")).message


def test_a_too_low_output_limit_says_what_would_fix_it() -> None:
    error = refused(400, error_body("... max_tokens or model output limit was reached ..."))
    assert error.message == (
        "Could not finish the message because max_tokens or model output limit was reached. "
        "Please try again with higher max_tokens."
    )


def test_the_upstreams_own_words_are_in_the_body_and_not_in_the_message() -> None:
    error = refused(429, error_body("Rate limit reached in organization org-abc"))
    assert isinstance(error, UpstreamError)
    assert error.body == error_body("Rate limit reached in organization org-abc")
    assert "org-abc" not in error.message


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_named_as_the_cause_and_never_shown(status: int) -> None:
    error = refused(status, error_body(f"Incorrect API key provided: {SECRET} / sk-se***et"))
    assert isinstance(error, UpstreamError)
    assert "API key" in error.message
    assert "sk-se" not in f"{error.message} {error.body!r} {error!r}"


@pytest.mark.parametrize("status", [400, 404, 422, 429, 500])
def test_a_key_that_an_upstream_repeats_is_blanked(status: int) -> None:
    error = refused(status, error_body(f"maximum context length, key {SECRET}"))
    assert SECRET not in f"{error.message} {getattr(error, 'body', None)!r}"


def test_an_error_in_the_answer_is_read_by_its_code() -> None:
    error = error_in_answer("up", b'{"error":{"message":"sk-secret","code":"insufficient_quota"}}', secret=SECRET)
    assert isinstance(error, UpstreamRateLimited)
    assert error.body == {"error": {"message": "***", "code": "insufficient_quota"}}
    assert error.upstream_status == 200


def test_the_table_in_the_docstring_names_every_error_the_module_makes() -> None:
    made = {
        name
        for name, member in (vars(_errors) | vars(meanings)).items()
        if inspect.isclass(member) and member.__module__ == core_errors.__name__
    } - {"CryptodeskError", "UpstreamError"}
    assert made == {name for name in made if name in (_errors.__doc__ or "")}
