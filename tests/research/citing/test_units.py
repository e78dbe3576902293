"""An answer cut into what is cited, and where markers stand in each."""

from __future__ import annotations

import pytest

from cryptodesk.research.citing.units import cut_text, marker_place

TEXT = """# Head

It rose 5% to $1.2 billion. It fell, i.e. lost 3% [1]. [2] Third.

- an item. With two sentences.
1. another
> “Quoted. Twice.”
>
> [1] A Gazette, 2026-11-19

| A | B |
| --- | --- |
| x | 1 |

```
code. More
```
_As of 2026-09-10 (snapshot). Source: binance_usdm._ [1][2]

_A note. It has two._"""


def test_each_unit_has_its_kind_and_its_place() -> None:
    cuts = cut_text(TEXT)
    assert [(cut.kind, cut.text) for cut in cuts if cut.kind != "code"] == [
        ("heading", "# Head"),
        ("prose", "It rose 5% to $1.2 billion."),
        ("prose", "It fell, i.e. lost 3% [1]. [2]"),
        ("prose", "Third."),
        ("item", "- an item. With two sentences."),
        ("item", "1. another"),
        ("quote", "> “Quoted. Twice.”"),
        ("quote", ">"),
        ("quote", "> [1] A Gazette, 2026-11-19"),
        ("header", "| A | B |"),
        ("header", "| --- | --- |"),
        ("row", "| x | 1 |"),
        ("closing", "_As of 2026-09-10 (snapshot). Source: binance_usdm._ [1][2]"),
        ("note", "_A note. It has two._"),
    ]
    assert [cut.text for cut in cuts if cut.kind == "code"] == ["```", "code. More", "```"]
    assert all(TEXT[cut.start : cut.end] == cut.text for cut in cuts)


def test_a_long_sentence_is_one_unit() -> None:
    text = "It rose, " + "and then again, " * 60 + "at last. Next."
    assert [len(cut.text) for cut in cut_text(text)] == [len(text) - len(" Next."), len("Next.")]


@pytest.mark.parametrize(
    ("text", "kind", "marked"),
    [
        ("It rose.", "prose", "It rose|."),
        ("It rose to **$5**.", "prose", "It rose to **$5**|."),
        ("**It rose.**", "prose", "**It rose|.**"),
        ("He said “no.”", "prose", "He said “no.”|"),
        ("Over 30 days:", "prose", "Over 30 days|:"),
        ("- an item", "item", "- an item|"),
        ("| Bitcoin (BTC) | $5 |", "row", "| Bitcoin (BTC)| | $5 |"),
        ("| a \\| b | 5 |", "row", "| a \\| b| | 5 |"),
        ("|  | 5 |", "row", "||  | 5 |"),
        ("_As of now. Source: x._", "closing", "_As of now. Source: x._|"),
    ],
)
def test_markers_stand_where_a_reader_looks_and_no_sentence_is_cut_off(text: str, kind: str, marked: str) -> None:
    place = marker_place(text, kind)
    assert f"{text[:place]}|{text[place:]}" == marked
