"""The question before, once more: of another time, of now, or told in another way."""

from __future__ import annotations

import pytest

from cryptodesk.models.analyst.followups import understand
from tests.models.analyst.desk import TODAY, WORLD

# turns, separated by " > " | intent | assets | period
TABLE = """
how did btc do last month > and the month before? | change | BTC | September 2026
how did btc do last month > and the one before that | change | BTC | September 2026
how was ETH in 2025 > and the year before that | change history | ETH | 2024
BTC in Q2 2026 > the previous quarter | history | BTC | Q1 2026
how did BTC do in June > July? | change | BTC | July 2026
how did BTC do in June 2024 > and in july | change | BTC | July 2024
how did BTC do in June > what about q1 2025 | change | BTC | Q1 2025
ETH high in 2025 > what about 2024 | extremes | ETH | 2024
ETH price on 1 feb 2024 > same day in 2025 | history | ETH | 2025-02-01
ETH price on 1 feb 2024 > and on 3 march 2024? | history | ETH | 2024-03-03
ETH price on 1 feb 2024 > and now? | quote | ETH |
ETH price on 1 feb 2024 > how has it done since then | change | ETH | since 2024-02-01
ETH price on 1 feb 2024 > vs today | change | ETH | since 2024-02-01
how did BTC do today > weekly? | change | BTC | the last 7 days
compare BTC and ETH in 2025 > and in 2024 | comparison | BTC ETH | 2024
compare BTC and ETH in 2025 > shorter please | comparison | BTC ETH | 2025
price of BTC > say that again | quote | BTC |
"""
ROWS = [tuple(cell.strip() for cell in row.split("|")) for row in TABLE.strip().splitlines()]


@pytest.mark.parametrize(("turns", "intent", "symbols", "period"), ROWS, ids=[row[0] for row in ROWS])
def test_the_question_before_is_meant(turns: str, intent: str, symbols: str, period: str) -> None:
    *earlier, text = turns.split(" > ")
    (plan,) = understand(text, earlier, WORLD, TODAY)
    assert plan.intent in intent.split()
    assert [asset.symbol for asset in plan.assets] == symbols.split()
    assert (plan.period.label if plan.period else "") == period


def test_the_month_after_this_one_is_the_future() -> None:
    (plan,) = understand("and the month after", ["how did BTC do this month"], WORLD, TODAY)
    assert plan.period is not None
    assert plan.period.problem


def test_the_bars_of_an_indicator_are_changed_by_a_word() -> None:
    for text, interval in (("weekly?", "1w"), ("and on the 4h", "4h"), ("what about hourly", "1h"), ("daily", "1d")):
        (plan,) = understand(text, ["RSI of BTC on the weekly"], WORLD, TODAY)
        assert (plan.skill, plan.slots.interval) == ("technicals", interval)


def test_another_subject_after_a_question_of_how_things_work_is_one_as_well() -> None:
    (plan,) = understand("and restaking?", ["what is staking?"], WORLD, TODAY)
    assert plan.skill == "concept"
    (plan,) = understand("and solana?", ["what is staking?"], WORLD, TODAY)
    assert plan.skill != "concept" or [asset.symbol for asset in plan.assets] == ["SOL"]
