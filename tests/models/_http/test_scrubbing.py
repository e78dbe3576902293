"""What an upstream repeats of the secrets it was sent."""

from __future__ import annotations

import json

import pytest
from yarl import URL

from cryptodesk.models._http.meanings import bad_answer
from cryptodesk.models._http.scrubbing import scrubbed, secrets_sent

KEY = 'sk-"quoted"/+key'


@pytest.mark.parametrize("written", [KEY, json.dumps(KEY), "a=sk-%22quoted%22%2F%2Bkey&b"])
def test_a_secret_is_masked_however_it_is_escaped(written: str) -> None:
    shown = scrubbed(f"you said {written}".encode(), KEY)
    assert b"quoted" not in shown
    assert b"***" in shown


def test_every_secret_that_goes_out_is_known() -> None:
    headers = {"Authorization": "Bearer sk-one-two", "X-Team": "desk-of-ours", "X-Api-Key": "abcdefg", "X-Token": "1"}
    sent = secrets_sent("sk-one-two", headers, URL("http://user:pass-word@host/v1"))
    assert set(sent) == {"sk-one-two", "Bearer sk-one-two", "abcdefg", "pass-word", "dXNlcjpwYXNzLXdvcmQ="}
    assert [len(each) for each in sent] == sorted((len(each) for each in sent), reverse=True)


def test_nothing_is_masked_where_nothing_is_secret() -> None:
    assert secrets_sent(None, {"Accept": "text/plain"}, URL("http://host/v1")) == ()
    assert scrubbed(b"as it is", None) == scrubbed(b"as it is", ()) == scrubbed(b"as it is", "") == b"as it is"


def test_what_is_cut_is_scrubbed_before() -> None:
    error = bad_answer("up", "answered badly", b"x" * 1995 + KEY.encode(), secret=KEY)
    assert error.body == {"text": "x" * 1995 + "***"}
