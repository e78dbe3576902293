"""Canaries in every place of a log record, none of which may come out."""

from __future__ import annotations

import io
import logging

import pytest

from cryptodesk.observing.scrubbing import SCRUBBED, Scrubber, SecretsFilter

SECRET = "canary-plain-words-1234"


def logged(say: object, *arguments: object, error: Exception | None = None) -> str:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(SecretsFilter(Scrubber([SECRET, "short"])))
    logger = logging.Logger("test")
    logger.addHandler(handler)
    logger.error(say, *arguments, exc_info=error)
    return out.getvalue()


@pytest.mark.parametrize(
    "say", [("key %s is wrong", SECRET), (f"key {SECRET} is wrong",), ("%(k)s is wrong", {"k": SECRET})]
)
def test_a_secret_is_taken_out_of_message_and_arguments(say: tuple[object, ...]) -> None:
    said = logged(*say)
    assert SECRET not in said
    assert SCRUBBED in said
    assert "is wrong" in said


def test_a_secret_is_taken_out_of_a_traceback() -> None:
    try:
        raise ValueError(f"upstream said {SECRET}")
    except ValueError as error:
        said = logged("failed", error=error)
    assert SECRET not in said
    assert "Traceback" in said
    assert f"ValueError: upstream said {SCRUBBED}" in said


@pytest.mark.parametrize(
    "secret",
    [
        "Authorization: Bearer abcDEF.123-canary",
        "https://api.example.org/v1?api_key=canary99&x=1",
        "https://api.example.org/v1?x=1&access_token=canary99",
        "postgresql://desk:pw-canary@db.example:5432/desk",
        "sk-canary-0123456789abcdef",
        "cd_canary0123456789abcdef",
        "AIzaSycanary0123456789012345678901234567",
    ],
)
def test_what_looks_like_a_secret_goes_though_nobody_named_it(secret: str) -> None:
    said = Scrubber().scrub(f"before {secret} after")
    assert "canary" not in said
    assert said.startswith("before ")
    assert said.endswith(" after")


def test_the_rest_of_an_address_stays_readable() -> None:
    said = Scrubber().scrub("postgresql://desk:pw@db.example:5432/desk and /v1?key=canary&page=2")
    assert said == f"postgresql://desk:{SCRUBBED}@db.example:5432/desk and /v1?key={SCRUBBED}&page=2"


@pytest.mark.parametrize(
    "text", ["the run took 12 ms", "task-1 of model gpt-5.1 at 10:00", "short", "http://127.0.0.1:8080/v1"]
)
def test_ordinary_lines_stay_as_they_are(text: str) -> None:
    assert Scrubber(["short"]).scrub(text) == text


def test_a_secret_that_holds_another_goes_whole() -> None:
    assert Scrubber(["canary-one", "canary-one-and-more"]).scrub("canary-one-and-more") == SCRUBBED


def test_a_line_whose_arguments_do_not_fit_is_still_logged_and_scrubbed() -> None:
    assert logged(f"{SECRET} %d", "x").startswith(f"{SCRUBBED} %d")
