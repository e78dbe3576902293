"""Bytes become text, whatever the headers claim."""

from __future__ import annotations

import pytest

from cryptodesk.documents.fetching import decode_page

GERMAN = "Zürich für Bitcoin – größer"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (GERMAN.encode(), "text/html; charset=utf-8"),
        (GERMAN.encode(), "text/html; charset=iso-8859-1"),
        (GERMAN.encode("utf-8-sig"), ""),
        (GERMAN.encode("utf-16"), "text/html; charset=utf-8"),
        (GERMAN.encode("cp1252"), "text/html; charset=ISO-8859-1"),
        (b'<?xml version="1.0" encoding="windows-1252"?>' + GERMAN.encode("cp1252"), ""),
        (b'<meta charset="windows-1252">' + GERMAN.encode("cp1252"), "text/html; charset=utf-8"),
        (b"<meta charset='no-such'>" + GERMAN.encode("cp1252"), "text/html; charset=rot13"),
    ],
    ids=["right", "wrong header", "mark", "utf-16", "header", "declaration", "meta over a wrong header", "unknown"],
)
def test_the_text_is_read_in_its_real_character_set(body: bytes, content_type: str) -> None:
    assert GERMAN in decode_page(body, content_type)[0]


@pytest.mark.parametrize(
    ("name", "text"), [("shift_jis", "ビットコイン"), ("euc-kr", "비트코인"), ("gb2312", "比特币")]
)
def test_eastern_sets_are_read_as_declared(name: str, text: str) -> None:
    body = (text * 20).encode(name)
    assert decode_page(body, f"text/xml; charset={name}") == (text * 20, True)


def test_a_few_broken_bytes_do_not_turn_utf_8_into_something_else() -> None:
    text, is_whole = decode_page(GERMAN.encode() * 40 + b"\xff", "")
    assert GERMAN in text
    assert not is_whole


def test_utf_7_is_never_believed() -> None:
    body = "<title>+ADw-script+AD4-</title>".encode("ascii") + b"\xff"
    text, is_whole = decode_page(body, "text/html; charset=utf-7")
    assert "<script>" not in text
    assert not is_whole
