"""Every skill of the analyst has its chart, or is known to have none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import Struct

from cryptodesk.catalog.metrics import find_metric
from cryptodesk.models.analyst.questions import AssetRef, Plan
from cryptodesk.models.analyst.skills import load_skills
from cryptodesk.research.charting.skills import wishes_of_skill

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
ASSETS = (AssetRef(1, "BTC", "Bitcoin", "btc"), AssetRef(1027, "ETH", "Ethereum", "eth"))
WITHOUT = {
    "concept", "ecosystem", "events", "exchanges", "figure_ratio", "gainers_losers", "gas", "halving", "holders",
    "metadata", "narratives", "news", "nfts", "out_of_field", "portfolio", "raises", "ranking", "screener", "security",
    "sentiment", "trending", "unlocks",
}  # fmt: skip


class _Slots(Struct, frozen=True):
    """Whatever a skill may have read for itself."""

    focus: str = "all"
    kind: str = ""
    shares: tuple[str, ...] = ()
    chains: tuple[str, ...] = ()
    tag: str = ""
    is_ranking: bool = False
    ids: tuple[str, ...] = ("ethereum:0xabc",)


def _metrics(skill: str, assets: tuple[AssetRef, ...] = (), slots: Any = None) -> list[str]:
    wishes = wishes_of_skill(Plan("skill", 0.97, assets, skill=skill, slots=slots or _Slots(focus="price")), NOW)
    return [one.metric for one in wishes if one is not None and one.entities]


@pytest.mark.parametrize("skill", sorted(load_skills()))
def test_each_skill_draws_a_metric_of_the_catalogue_or_is_known_to_draw_none(skill: str) -> None:
    found = _metrics(skill, ASSETS, _Slots(focus="price") if skill == "onchain_token" else _Slots())
    assert bool(found) is (skill not in WITHOUT)
    assert all(find_metric(metric) is not None for metric in found)


@pytest.mark.parametrize(
    ("skill", "assets", "slots", "metrics"),
    [
        ("dominance", ASSETS[:1], _Slots(shares=("eth",)), ["eth_dominance"]),
        ("dominance", (), _Slots(shares=("others",)), ["btc_dominance", "eth_dominance"]),
        ("stablecoins", ASSETS[:1], _Slots(kind="peg"), ["price"]),
        ("stablecoins", (), _Slots(kind="peg"), []),
        ("derivatives", ASSETS[:1], _Slots(), ["open_interest", "funding_rate"]),
        ("derivatives", (), _Slots(), ["open_interest"]),
        ("derivatives", (), _Slots(focus="liquidations"), ["liquidations"]),
        ("derivatives", (), _Slots(focus="funding"), []),
        ("derivatives", ASSETS, _Slots(is_ranking=True), []),
        ("market_overview", (), _Slots(focus="volume"), ["total_volume"]),
        ("market_overview", (), _Slots(focus="counts"), []),
        ("correlation", ASSETS[:1], _Slots(), []),
        ("onchain_token", (), _Slots(focus="holders"), []),
        ("tvl", (), _Slots(tag="lending"), []),
        ("why_moved", (), _Slots(), ["total_market_cap"]),
    ],
)
def test_what_the_skill_read_decides(
    skill: str, assets: tuple[AssetRef, ...], slots: _Slots, metrics: list[str]
) -> None:
    assert _metrics(skill, assets, slots) == metrics


def test_value_locked_is_of_assets_chains_or_all() -> None:
    def entities(assets: tuple[AssetRef, ...], chains: tuple[str, ...]) -> tuple[int | str, ...]:
        plan = Plan("skill", 0.97, assets, skill="tvl", slots=_Slots(chains=chains))
        return next(one.entities for one in wishes_of_skill(plan, NOW) if one is not None)

    assert entities(ASSETS[:1], ("base",)) == (1, "base")
    assert entities((), ()) == ("market",)


def test_an_unknown_skill_draws_nothing() -> None:
    assert _metrics("not_a_skill", ASSETS) == []
