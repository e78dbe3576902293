"""Reading JSON from an answer: labels that lie, bytes that are no text, forms that were not documented."""

from __future__ import annotations

import json

import pytest
from msgspec import Struct

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.market.fetching.decode import decode_json
from cryptodesk.market.fetching.http import HttpAnswer
from tests.market.sources.bad_days import NOW


class Row(Struct):
    name: str
    price: float | None = None


def answer(body: bytes, kind: str = "application/json") -> HttpAnswer:
    return HttpAnswer(200, body, {"content-type": kind}, NOW)


def test_a_body_is_read_as_what_it_should_be() -> None:
    assert decode_json("acme", answer(b'{"a": [1]}')) == {"a": [1]}
    assert decode_json("acme", answer(b'[{"name": "BTC", "new": 1}]'), list[Row]) == [Row("BTC")]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("é€".encode(), "application/json; charset=iso-8859-1"),  # UTF-8 whatever the label says
        (b"\xef\xbb\xbf" + "é€".encode(), ""),
        ("é€".encode("cp1252"), 'application/json; charset="windows-1252"'),
        ("é€".encode("utf-16"), "application/json;charset=utf-16"),
    ],
)
def test_the_text_is_found_under_a_true_or_false_label(body: bytes, kind: str) -> None:
    quote = '"'.encode("utf-16")[2:] if body[:2] == b"\xff\xfe" else b'"'
    bom = next((mark for mark in (b"\xef\xbb\xbf", b"\xff\xfe") if body.startswith(mark)), b"")
    assert decode_json("acme", answer(bom + quote + body.removeprefix(bom) + quote, kind), str) == "é€"


@pytest.mark.parametrize(
    "body",
    [b"", b"OK", b"{", b"[1,]", b"NaN", b'{"a": NaN}', b'"\xff\xfe"', b"[" * 100_000, b'{"a":' * 100_000, b"1 2"],
)
def test_what_is_no_json_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(UpstreamBadAnswer, match="acme did not answer in JSON") as caught:
        decode_json("acme", answer(body))
    assert caught.value.upstream == "acme"


@pytest.mark.parametrize("charset", ["utf-8", "nonsense", "utf-16", "rot13", "zip", "idna"])
def test_a_label_that_does_not_help_is_no_json_either(charset: str) -> None:
    with pytest.raises(UpstreamBadAnswer):
        decode_json("acme", answer(b'"\xff\x80\x81"', f"application/json; charset={charset}"))


def test_another_form_is_said_where_without_quoting_the_source() -> None:
    rows = [{"name": "x" * 5000}, {"name": 5}]
    with pytest.raises(UpstreamBadAnswer, match=r"another form than documented: .*\$\[1\]\.name") as caught:
        decode_json("acme", answer(json.dumps(rows).encode()), list[Row])
    assert len(caught.value.message) < 250
