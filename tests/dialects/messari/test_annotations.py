"""Links for ordinary clients."""

from __future__ import annotations

import json
from typing import Any

from cryptodesk.core.research import CitedSource
from cryptodesk.dialects.messari.annotations import encode_annotations
from tests.dialects.messari.requirements import requirement
from tests.dialects.messari.support import SOURCES, TEXT


def read(text: str, *sources: CitedSource) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(b"{%b}" % encode_annotations(text, sources))
    return found


def places(text: str, *sources: CitedSource) -> list[tuple[str, str]]:
    """What each annotation covers, and its address."""
    links = [note["url_citation"] for note in read(text, *sources)["annotations"]]
    return [(text[link["start_index"] : link["end_index"]], link["url"]) for link in links]


@requirement("MES-ANNOTATIONS")
def test_each_marker_of_a_source_with_a_page_is_a_link() -> None:
    first, second = SOURCES[0].url, SOURCES[1].url
    assert places(TEXT, *SOURCES) == [("[1]", first), ("[2]", second), ("[1]", first)]


@requirement("MES-ANNOTATIONS")
def test_a_link_has_openais_shape() -> None:
    assert read("“a” 🚀[1]", SOURCES[0])["annotations"] == [
        {
            "type": "url_citation",
            "url_citation": {
                "start_index": 5,
                "end_index": 8,
                "title": "Bitcoin “white” paper",
                "url": "https://bitcoin.org/b.pdf",
            },
        }
    ]


@requirement("MES-ANNOTATIONS")
def test_a_source_without_a_marker_is_about_the_whole_text() -> None:
    assert places("No markers.", *SOURCES) == [("No markers.", SOURCES[0].url), ("No markers.", SOURCES[1].url)]
    assert places("One [2].", *SOURCES) == [("[2]", SOURCES[1].url), ("One [2].", SOURCES[0].url)]


@requirement("MES-ANNOTATIONS")
def test_numbers_that_are_no_source_are_text() -> None:
    assert places("[7] [0] [01] [2024] [1, 2] [^1]", SOURCES[0]) == [
        ("[7] [0] [01] [2024] [1, 2] [^1]", SOURCES[0].url)
    ]


@requirement("MES-MESSAGE-CITATIONS")
def test_citations_are_strings_in_the_order_of_the_numbers() -> None:
    assert read(TEXT, *SOURCES)["citations"] == [SOURCES[0].url, SOURCES[1].url, "Binance daily candles"]


def test_without_sources_there_is_nothing_to_tell() -> None:
    assert encode_annotations("a [1]", ()) == b""
