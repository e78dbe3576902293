"""Markdown goes, what it said stays."""

from __future__ import annotations

from cryptodesk.models.analyst.writer.plain_text import to_plain_text


def test_emphasis_headings_and_links_become_words() -> None:
    text = "## Prices\n\nBitcoin **rose 5.00%** to `$10`. _As of today._ See [the page](https://a.example/x_y)."
    assert (
        to_plain_text(text) == "Prices\n\nBitcoin rose 5.00% to $10. As of today. See the page (https://a.example/x_y)."
    )


def test_names_with_underscores_keep_them() -> None:
    assert to_plain_text("call cmc_market_data now, 3 * 4 = 12") == "call cmc_market_data now, 3 * 4 = 12"


def test_a_table_becomes_aligned_columns() -> None:
    table = "| Asset | Price |\n| --- | ---: |\n| **Bitcoin** (BTC) | $60,000.00 |\n| Solana | $150.00 |"
    assert to_plain_text(table) == "Asset               Price\nBitcoin (BTC)  $60,000.00\nSolana            $150.00"
