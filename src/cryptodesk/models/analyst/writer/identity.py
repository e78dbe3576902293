"""What an asset is: its id, and its short description."""

from __future__ import annotations

from collections.abc import Sequence

from cryptodesk.catalog.assets import OWN_ID_BASE
from cryptodesk.models.analyst.evidence import Hit, Holding
from cryptodesk.models.analyst.formats import coins
from cryptodesk.models.analyst.questions import AssetRef
from cryptodesk.models.analyst.text import sentence, shown
from cryptodesk.models.analyst.tool_names import ID_LOOKUP
from cryptodesk.models.analyst.writer.closing import Used, caveats, sources
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.figures import fact, field_text, moved, value_of
from cryptodesk.models.analyst.writer.table import table

__all__ = ["write_definition", "write_lookup"]


def write_lookup(setting: Setting) -> Draft:
    assets = setting.resolved.assets
    found = [(asset, _hit(setting, asset)) for asset in assets]
    facts = tuple(
        Fact(
            "asset_id",
            asset.asset_id if asset.asset_id is not None else None,
            "",
            asset.name,
            asset.symbol,
            asset.asset_id,
        )
        for asset in assets
    )
    if len(found) == 1:
        asset, hit = found[0]
        rank = f", rank {hit.rank:,} by market cap" if hit is not None and hit.rank is not None else ""
        slug = f", slug {shown(hit.slug, 80)}" if hit is not None and hit.slug else ""
        body = f"The {_id_name(assets)} of {shown(asset.label, 110)} is **{asset.asset_id}**{rank}{slug}."
    else:
        rows = [
            [shown(a.label, 110), str(a.asset_id), f"{h.rank:,}" if h and h.rank is not None else None]
            for a, h in found
        ]
        body = table(["Asset", _id_name(assets), "Rank"], rows)
    origin = (
        f"_Source: {ID_LOOKUP}._"
        if any(hit for _, hit in found)
        else "_Source: the asset list that ships with cryptodesk._"
    )
    return Draft(join_paragraphs(body, origin), facts)


def _id_name(assets: Sequence[AssetRef]) -> str:
    """Whose ids these are: an asset that CoinMarketCap's id was not verified for has one of the desk's own."""
    own = [asset for asset in assets if isinstance(asset.asset_id, int) and asset.asset_id >= OWN_ID_BASE]
    if not own:
        return "CoinMarketCap id"
    return (
        "cryptodesk id"
        if len(own) == len(assets)
        else f"id (CoinMarketCap's; cryptodesk's own from {OWN_ID_BASE:,} up)"
    )


def _hit(setting: Setting, asset: AssetRef) -> Hit | None:
    return next((hit for hit in setting.evidence.hits if str(hit.asset_id) == str(asset.asset_id)), None)


def write_definition(setting: Setting, holdings: Sequence[Holding]) -> Draft:
    """The description of each asset, and its figures where the market tool has been asked."""
    paragraphs: list[str] = []
    used: list[Used] = []
    facts: list[Fact] = []
    for asset in setting.resolved.assets:
        holding = next((item for item in holdings if item.asset.asset_id == asset.asset_id), None)
        figures, fields = _figures(holding) if holding else ("", [])
        paragraphs.append(" ".join(filter(None, (_about(setting, asset, facts), figures))))
        used += fields
    facts += [fact(holding, field) for holding, field in used]
    hint = "" if used else _hint(setting)
    return Draft(
        join_paragraphs(*paragraphs, hint, sources(used), "" if setting.is_brief else caveats(used)), tuple(facts)
    )


def _about(setting: Setting, asset: AssetRef, facts: list[Fact]) -> str:
    known = setting.knowledge.facts(asset.asset_id) if asset.asset_id is not None else None
    summary = sentence(shown(known.summary, 600)) if known and known.summary else ""
    name = shown(asset.label, 110)
    parts = [f"{name}: {summary}" if summary else f"{name} is a crypto asset; this build ships no description of it."]
    if summary:
        facts.append(Fact("summary", summary, "", asset.name, asset.symbol, asset.asset_id))
    if known and known.launched:
        facts.append(Fact("launched", known.launched, "", asset.name, asset.symbol, asset.asset_id))
        if known.launched[:4] not in summary:
            parts.append(f"It launched in {shown(known.launched, 10)}.")
    supply = coins(known.max_supply, shown(asset.symbol, 24)) if known and known.max_supply else None
    if known and supply:
        facts.append(Fact("max_supply", known.max_supply, asset.symbol, asset.name, asset.symbol, asset.asset_id))
        if supply.split()[0] not in summary:
            parts.append(f"Its maximum supply is {supply}.")
    return " ".join(parts)


_SHOWN = (
    ("price", "the price was"),
    ("market_cap", "the market cap"),
    ("volume_24h", "the 24-hour volume"),
    ("circulating_supply", "the circulating supply"),
)


def _figures(holding: Holding) -> tuple[str, list[Used]]:
    known = [(field, words, text) for field, words in _SHOWN if (text := field_text(holding, field)) is not None]
    if not known:
        return "", []
    parts = [f"{words} {text}" for _, words, text in known]
    used: list[Used] = [(holding, field) for field, _, _ in known]
    change = value_of(holding, "percent_change_30d")
    tail = ""
    if change is not None:
        used.append((holding, "percent_change_30d"))
        tail = f"; it {moved(change)} over 30 days"
    return sentence(f"At the last record {join_names(parts)}{tail}"), used


def _hint(setting: Setting) -> str:
    tools = setting.offer.lacks_market
    if not tools or setting.is_brief:
        return ""
    return f"For current figures, list {join_names([f'`{tool}`' for tool in tools])} in `tools`."
