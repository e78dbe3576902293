from __future__ import annotations

import pytest

from cryptodesk.models.analyst.followups import understand
from tests.models.analyst.desk import TODAY, WORLD

# turns, separated by " > " | intent | assets | measures | period
TABLE = """
price of BTC > and ethereum? | quote | ETH | price |
price of BTC > what about SOL | quote | SOL | price |
how much did SOL gain this week > and ETH? | change | ETH | | the last 7 days
how much did SOL gain this week > what about last year? | change | SOL | | 2025
price of BTC > and its volume? | quote | BTC | volume_24h |
price of BTC > its market cap | quote | BTC | market_cap |
price of BTC > and in the last 30 days? | history | BTC | | the last 30 days
price of BTC > what about in March 2024? | history | BTC | | March 2024
How did BTC do in March 2024? > and in April 2024? | change | BTC | | April 2024
compare BTC and ETH > and SOL? | comparison | BTC ETH SOL | |
compare BTC and ETH over 30 days > and over 90 days? | comparison | BTC ETH | | 90 days
price of BTC > compare it with ETH | comparison | BTC ETH | |
What is Bitcoin? > and ethereum? | definition | ETH | |
What is Bitcoin? > how much is it? | quote | BTC | price |
CMC id of Solana > and of XRP? | lookup | XRP | |
price of BTC > thanks! | thanks | | |
price of BTC > should I buy it? | advice | BTC | |
price of BTC > thanks! > and ethereum? | quote | ETH | price |
price of BTC > and ethereum? > and its volume? | quote | ETH | volume_24h |
price of BTC > no, I meant solana | quote | SOL | price |
price of BTC > did it go up? | change | BTC | |
how many ETH can I get for $5000 > and SOL? | conversion | SOL | |
price of BTC > what is 15% of 2300 | arithmetic | | |
price of BTC > tell me a joke | unclear | | |
price of BTC > price of Foobarcoin | quote | ? | price |
"""
ROWS = [tuple(cell.strip() for cell in line.split("|")) for line in TABLE.strip().splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_open_slots_come_from_the_turns_before(row: tuple[str, ...]) -> None:
    turns, intent, assets, measures, period = (*row, "")[:5]
    *earlier, question = turns.split(" > ")
    found = understand(question, earlier, WORLD, TODAY)[-1]
    symbols = " ".join(asset.symbol or "?" for asset in found.all_assets)
    label = found.period.label.removeprefix("the last ") if found.period and period == "90 days" else (
        found.period.label if found.period else ""
    )  # fmt: skip
    assert (found.intent, symbols, " ".join(found.measures), label) == (intent, assets, measures, period)


def test_only_the_last_six_turns_are_looked_at() -> None:
    earlier = ["price of SOL", *["tell me a joke"] * 6]
    assert not understand("and its volume?", earlier, WORLD, TODAY)[-1].assets
