"""The lines under an answer: what a reader who sees the text alone has to know."""

from __future__ import annotations

from cryptodesk.mcp.reporting import remarks


def test_nothing_is_said_where_there_is_nothing_to_say() -> None:
    assert remarks({"answer": "Hello."}) == ""
    assert remarks({"citations": [], "verification": None, "resolution": [], "receipt": None}) == ""


def test_doubtful_figures_are_named_with_what_the_data_say() -> None:
    found = remarks(
        {
            "verification": {
                "status": "contradicted",
                "counts": {"bound": 2, "derived": 0, "unbound": 1, "contradicted": 1},
                "figures": [
                    {"text": "$1", "verdict": "bound"},
                    {"text": "$2", "verdict": "contradicted", "expected": "$3"},
                    {"text": "40 %", "verdict": "unbound"},
                ],
            }
        }
    )
    assert found.splitlines() == [
        "Figures: contradicted (2 bound, 1 unbound, 1 contradicted)",
        "- $2: contradicted; the data say $3",
        "- 40 %: unbound",
    ]


def test_a_close_call_is_said_with_its_rivals() -> None:
    luna = {"text": "Luna", "name": "Terra", "symbol": "LUNA", "is_close_call": True}
    rival = {"asset_id": 4172, "name": "Terra Classic", "symbol": "LUNC"}
    assert remarks({"resolution": [{**luna, "rivals": [rival]}]}) == (
        "'Luna' was read as Terra (LUNA): could also be Terra Classic (LUNC)"
    )
    assert remarks({"resolution": [{**luna, "is_close_call": False}]}) == ""


def test_many_sources_are_counted() -> None:
    sources = [{"citation_id": n, "title": f"Page {n}", "url": "https://example.org"} for n in range(1, 24)]
    lines = remarks({"citations": sources}).splitlines()
    assert lines[0] == "[1] Page 1 (no date) https://example.org"
    assert lines[-1] == "and 3 more sources"
    assert len(lines) == 21


def test_an_unknown_price_is_not_nothing() -> None:
    assert remarks({"receipt": {"total_usd": None, "is_estimated": True}}) == "Cost: unknown (estimated)"
    assert remarks({"receipt": {"total_usd": "0", "is_estimated": False}}) == "Cost: $0"
