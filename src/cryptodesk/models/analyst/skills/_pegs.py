"""How far named coins are from the dollar they are pegged to."""

from __future__ import annotations

from decimal import Decimal

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.formats import money, percent, trimmed
from cryptodesk.models.analyst.questions import AssetRef
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.skills._overview import Part, fact_at, pull_hint
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import MARKET_DATA
from cryptodesk.models.analyst.writer.draft import Draft, Setting, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing

__all__ = ["price_text", "write_pegs"]

_DOLLAR = Pattern(r"USD|^(?:DAI|GHO|FRAX|LUSD|MIM|BOLD|FEI|USTC|UST)$")
_FAR_PCT = Decimal(1)


def price_text(value: Decimal | None) -> str | None:
    return None if value is None else f"${trimmed(value, 4)}"


def write_pegs(setting: Setting, part: Part | None) -> Draft:
    found = [(asset, _priced(setting, asset)) for asset in setting.resolved.assets]
    lines = [_peg_sentence(setting, part, asset, priced) for asset, priced in found]
    results = list({id(priced[0]): priced[0] for _, priced in found if priced is not None}.values())
    facts = [fact_at(priced[0], "price", priced[1], "USD", symbol=asset.symbol) for asset, priced in found if priced]
    note = "" if results else pull_hint(setting.evidence.results_of(MARKET_DATA))
    if setting.is_detailed and results:
        note = "Above 1 dollar in price it trades over its peg, below it under; issuers redeem at 1."
    end = closing(setting, results, ("price",)) if results else ""
    return Draft(join_paragraphs(" ".join(filter(None, (*lines, note))), end), tuple(facts))


def _priced(setting: Setting, asset: AssetRef) -> tuple[Result, Decimal] | None:
    for result in setting.evidence.results_of(MARKET_DATA):
        for at, row in enumerate(result.rows("results")):
            price = result.figure("results", at, "price")
            if str(row.get("asset_id")) == str(asset.asset_id) and price is not None:
                return result, price
    return None


def _peg_sentence(setting: Setting, part: Part | None, asset: AssetRef, priced: tuple[Result, Decimal] | None) -> str:
    """Whether it is off its peg, by the mark of one percent; only of what is known to be pegged to the dollar."""
    label = shown(asset.label, 110)
    if priced is None:
        return f"No price of {label} is at hand{_why(setting, asset)}, so its distance from the peg is not known."
    price = priced[1]
    symbols = {str(row.get("symbol")).upper() for row in part.rows("top")} if part else set()
    symbol = asset.symbol.upper()
    if symbol not in symbols and not _DOLLAR.search(symbol):
        return f"{label} trades at **{money(price)}**; it is not a coin that I know to be pegged to the dollar."
    away = (price - 1) * 100
    answer = f"{'Yes' if abs(away) > _FAR_PCT else 'No'}: " if _ASKS.search(setting.question.lower()) else ""
    side = "above" if away > 0 else "below"
    far = f"{percent(abs(away), signed=False)} {side} 1 dollar (computed)" if away else "exactly at 1 dollar"
    mark = "more" if abs(away) > _FAR_PCT else "less"
    return f"{answer}{label} trades at **{price_text(price)}**, {far}: {mark} than 1% from its peg."


_ASKS = Pattern(
    r"^(?:so |hey |and )?(?:is|has|did|are|have)\b.{0,60}\b(?:de-?peg\w*|off (?:its|the) peg|lost|losing|off-?peg)"
)


def _why(setting: Setting, asset: AssetRef) -> str:
    for result in setting.evidence.results_of(MARKET_DATA):
        for gap in result.unavailable:
            if gap.asset_id in {None, str(asset.asset_id)} and gap.field in {"market_data", "price"}:
                return f" ({shown(gap.reason, 200)})"
    return ""
