"""A figure handed over stands for one of the text where owner, field, period, direction and unit agree."""

from __future__ import annotations

import pytest

from cryptodesk.core.events import ComputedFigure
from cryptodesk.verification import Checker
from cryptodesk.verification.verdicts import BAD
from tests.verification.support import NOW, market


def worked_out(value: float, field: str, unit: str = "percent", asset: str = "Bitcoin") -> ComputedFigure:
    symbol, asset_id = {"Bitcoin": ("BTC", 1), "Ethereum": ("ETH", 1027)}.get(asset, ("", None))
    return ComputedFigure(value, field, unit, asset, symbol, asset_id)


VOLATILITY = worked_out(46.5, "volatility_annualised_pct")
WORTH = worked_out(706.99, "worth", "USD")
GAIN = worked_out(-293.01, "gain", "USD")
SHARPE = worked_out(1.37, "sharpe_ratio", "")
SORTINO = worked_out(2.04, "sortino_ratio", "")
AVERAGE = worked_out(70_199.02, "sma_50", "USD")
MONTH = worked_out(18.25, "portfolio_change_30d_pct", asset="")
LAYERS = worked_out(16.54, "mean_change_pct", asset="layer 2 coins")
OTHER_LAYERS = worked_out(9.31, "mean_change_pct", asset="layer 1 coins")
RATIO = worked_out(0.0315, "ratio", "BTC", "Ethereum")


def verdict(text: str, *figures: ComputedFigure, at: int = -1) -> str:
    """That of the last figure, or the one at the place."""
    return Checker((market(),), ["?"], NOW, figures).check(text).figures[at].verdict


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("Bitcoin had a volatility of 46.5% a year.", (VOLATILITY,)),
        ("BTC had a volatility of 46.5% a year.", (VOLATILITY,)),
        ("That is a volatility of 46.5%.", (VOLATILITY,)),
        ("| Asset | Volatility |\n| --- | ---: |\n| Bitcoin (BTC) | 46.50% |", (VOLATILITY,)),
        ("That would be worth $706.99, a loss of $293.01.", (WORTH, GAIN)),
        ("Bitcoin has a Sharpe ratio of 1.37 and a Sortino ratio of 2.04.", (SHARPE, SORTINO)),
        ("The SMA(50) of Bitcoin is $70,199.02.", (AVERAGE,)),
        ("The whole rose 18.25% over 30 days.", (MONTH,)),
        ("Layer 2 coins gained 16.54% on average.", (LAYERS, OTHER_LAYERS)),
        ("ETH/BTC stands at 0.0315 BTC.", (RATIO,)),
    ],
)
def test_a_figure_told_of_what_it_is_of_is_derived(text: str, figures: tuple[ComputedFigure, ...]) -> None:
    assert verdict(text, *figures) in {"derived", "bound"}


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("Ethereum had a volatility of 46.5% a year.", (VOLATILITY,)),
        ("Solana had a volatility of 46.5% a year.", (VOLATILITY,)),
        ("| Asset | Volatility |\n| --- | ---: |\n| Ethereum (ETH) | 46.50% |", (VOLATILITY,)),
        ("Bitcoin had a volatility of $46.5 a year.", (VOLATILITY,)),
        ("That would be worth $293.01, a loss of $706.99.", (WORTH, GAIN)),
        ("Bitcoin has a Sortino ratio of 1.37.", (SHARPE, SORTINO)),
        ("Bitcoin has a market cap of $70,199.02.", (AVERAGE,)),
        ("The SMA(200) of Bitcoin is $70,199.02.", (AVERAGE,)),
        ("The whole rose 18.25% over 7 days.", (MONTH,)),
        ("The whole fell 18.25% over 30 days.", (MONTH,)),
        ("Bitcoin gained 16.54% on average.", (LAYERS, OTHER_LAYERS)),
        ("Layer 1 coins gained 16.54% on average.", (LAYERS, OTHER_LAYERS)),
        ("The price of Ethereum is 0.0315 SOL.", (RATIO,)),
    ],
)
def test_a_figure_told_of_something_else_is_not(text: str, figures: tuple[ComputedFigure, ...]) -> None:
    assert verdict(text, *figures) in BAD


def test_an_exact_copy_is_no_other_assets_and_no_other_fields() -> None:
    assert verdict("Ethereum trades at $78,264.10.", VOLATILITY) == "contradicted"
    assert verdict("The market cap of Bitcoin is $78,264.10.", VOLATILITY) == "contradicted"
    assert verdict("Bitcoin gained 22.40% over 7 days.", VOLATILITY) == "contradicted"


def test_what_is_handed_over_for_one_place_is_no_chance_result_of_others() -> None:
    text = "Bitcoin at $78,264.10 and Ethereum at $2,466.97: of Ethereum 31.7% is held."
    assert verdict(text, worked_out(31.7, "held_pct")) == "unbound"


def test_one_without_an_asset_is_not_an_assets_where_that_has_its_own() -> None:
    whole, part = worked_out(64.4, "weight_pct", asset=""), worked_out(61.3, "weight_pct")
    table = "| Asset | Weight |\n| --- | ---: |\n| Bitcoin | {} |\n| Total | {} |"
    assert [verdict(table.format("61.3%", "64.4%"), whole, part, at=at) for at in (0, 1)] == ["derived", "derived"]
    assert verdict(table.format("64.4%", "61.3%"), whole, part, at=0) in BAD
