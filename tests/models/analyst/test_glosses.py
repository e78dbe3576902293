"""Names that are denied, and names that only explain another."""

from __future__ import annotations

import pytest

from cryptodesk.models.analyst.followups import understand
from tests.models.analyst.desk import TODAY, WORLD

ROWS = """
price of ETH, not BTC | ETH
ETH price please, I do not mean BTC | ETH
ETH instead of BTC, price | ETH
price of SOL rather than ETH | SOL
BTC, NOT ETH, what is it worth | BTC
price of BTC, I mean ETH | ETH
price of XRP (the ripple one) | XRP
price of SOL, solana that is | SOL
BTC and ETH price | BTC ETH
BTC, ETH and SOL price | BTC ETH SOL
BTC (ETH too): price | BTC ETH
"""


@pytest.mark.parametrize("line", ROWS.strip().splitlines())
def test_only_what_is_meant_is_asked_for(line: str) -> None:
    question, symbols = (cell.strip() for cell in line.split("|"))
    plan = understand(question, (), WORLD, TODAY)[-1]
    assert " ".join(asset.symbol for asset in plan.all_assets) == symbols
