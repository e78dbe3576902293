"""One figure over another: volume to market cap, market cap to value locked, one asset's market cap to another's."""

# ruff: noqa: E501 - a sentence of an answer reads better on one line

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.evidence import Holding
from cryptodesk.models.analyst.formats import big_money, coins, money, percent
from cryptodesk.models.analyst.questions import AssetRef, Plan
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._ratio_asked import FIGURES, Figure, Slots, find_slots
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.skills._wording import asks_for_action, is_about_asset, is_concept, is_list, looks_ahead
from cryptodesk.models.analyst.text import sentence, shown
from cryptodesk.models.analyst.tool_names import MARKET_DATA
from cryptodesk.models.analyst.writer.closing import Used, caveats, sources
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_paragraphs
from cryptodesk.models.analyst.writer.figures import derived_fact, fact, value_of
from cryptodesk.models.analyst.writer.table import table

__all__ = ["SKILL"]

_SMALL_PRICES = frozenset({"price", "ath", "atl"})


class _Side(Struct, frozen=True):
    """A figure of an asset as the results have it; `value` is None where they lack it."""

    asset: AssetRef
    figure: Figure
    holding: Holding | None

    @property
    def value(self) -> Decimal | None:
        return None if self.holding is None else value_of(self.holding, self.figure.field)

    @property
    def name(self) -> str:
        return shown(self.asset.name or self.asset.symbol, 80)

    @property
    def text(self) -> str:
        currency = self.holding.block.currency if self.holding else "USD"
        if self.figure.kind == "coins":
            return coins(self.value, shown(self.asset.symbol, 24)) or ""
        say = money if self.figure.name in _SMALL_PRICES else big_money
        return say(self.value, currency) or ""


class _Ratio(Struct, frozen=True):
    top: _Side
    bottom: _Side

    @property
    def value(self) -> Decimal | None:
        top, bottom = self.top.value, self.bottom.value
        return None if top is None or not bottom or bottom < 0 else top / bottom


def _recognise(reading: Reading) -> Claim | None:
    slots = find_slots(reading) if is_about_asset(reading) else None
    if slots is None or looks_ahead(reading) or is_concept(reading) or is_list(reading) or asks_for_action(reading):
        return None
    # Above the plain figures by more than what a close call is: both figures would be there, and no answer.
    return Claim(0.99, slots)


def _slots(plan: Plan) -> Slots:
    return plan.slots if isinstance(plan.slots, Slots) else Slots("volume_24h", "market_cap")


def _calls(ask: Ask) -> Sequence[Call]:
    slots = _slots(ask.plan)
    metrics = list(dict.fromkeys(FIGURES[name].metric for name in (slots.top, slots.bottom)))
    arguments = {"asset_type": "coin", "ids": ask.ids, "metrics": metrics}
    return (
        Call(MARKET_DATA, arguments if ask.plan.currency == "USD" else {**arguments, "convert": ask.plan.currency}),
    )


def _write(setting: Setting) -> Draft:
    slots, assets = _slots(setting.plan), setting.resolved.assets
    if slots.over is not None and len(assets) < 2:
        return Draft("This ratio takes two assets: name the one to set beside.")
    ratios = _ratios(setting, slots, assets)
    known = [one for one in ratios if one.value is not None]
    lead = _lead(slots, known)
    more = "" if setting.is_brief or not known else join_paragraphs(_rows(known), _method(setting, known))
    used = _used(known)
    absent = " ".join(dict.fromkeys(said for one in ratios if one.value is None for said in _absent(setting, one)))
    end = join_paragraphs(sources(used), "" if setting.is_brief else caveats(used)) if used else ""
    return Draft(join_paragraphs(lead, more, absent, end), tuple(each for one in known for each in _facts(one)))


def _ratios(setting: Setting, slots: Slots, assets: Sequence[AssetRef]) -> list[_Ratio]:
    def side(asset: AssetRef, name: str) -> _Side:
        return _Side(asset, FIGURES[name], setting.evidence.holding(asset))

    if slots.over is not None:
        top, bottom = slots.over
        return [_Ratio(side(assets[top], slots.top), side(assets[bottom], slots.bottom))]
    found = [_Ratio(side(asset, slots.top), side(asset, slots.bottom)) for asset in assets]
    return sorted(found, key=lambda one: -(one.value or Decimal(-1)))


def _lead(slots: Slots, ratios: Sequence[_Ratio]) -> str:
    if not ratios:
        return ""
    if slots.over is None and len(ratios) > 1:
        first, last = ratios[0], ratios[-1]
        what = f"the ratio of {first.top.figure.label} to {first.bottom.figure.label}"
        return f"{_capital(what)} is highest for {first.top.name}, **{_plain(first)}**, and lowest for {last.top.name}, **{_plain(last)}**."
    one = ratios[0]
    return _compared(one, slots) if slots.form in {"larger", "smaller"} else _said(one, slots)


def _said(one: _Ratio, slots: Slots) -> str:
    is_own = slots.over is None
    bottom = (
        f"its {one.bottom.figure.label}"
        if is_own
        else f"{one.bottom.name}'s"
        if slots.top == slots.bottom
        else f"{one.bottom.name}'s {one.bottom.figure.label}"
    )
    top, parts = f"{one.top.name}'s {one.top.figure.label}", f"{one.top.text} over {one.bottom.text}"
    if slots.form == "share":
        return f"{top} is **{_share(one)}** of {bottom}: {parts}."
    if slots.form == "times":
        return f"{top} is **{_plain(one)} times** {bottom}: {parts}."
    return f"The ratio of {top} to {bottom} is **{_plain(one)}** ({_share(one)}): {parts}."


def _compared(one: _Ratio, slots: Slots) -> str:
    """How much larger or smaller the first is; a question that has it the wrong way round is set right."""
    value = one.value or Decimal(0)
    first, second, label = one.top.name, one.bottom.name, one.top.figure.label
    parts = f"{one.top.text} against {one.bottom.text}"
    if value == 1:
        return f"Neither: the {label} of {first} and that of {second} are the same, {one.top.text}."
    if slots.form == "larger" and value > 1:
        return f"The {label} of {first} is **{_plain(one)} times** that of {second}: {parts}."
    inverse = _number(1 / value) if value else ""
    turned = f"that of {second} is **{inverse} times** as large" if inverse else f"that of {second} is larger"
    if slots.form == "smaller" and value < 1:
        return f"The {label} of {first} is **{_share(one)}** of that of {second}, so {turned}: {parts}."
    wrong = "larger" if slots.form == "larger" else "smaller"
    if slots.form == "larger":
        return f"The {label} of {first} is not the {wrong} one: it is **{_plain(one)} times** that of {second}, and {turned}: {parts}."
    return f"The {label} of {first} is not the {wrong} one: it is **{_plain(one)} times** that of {second}: {parts}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _plain(one: _Ratio) -> str:
    return _number(one.value or Decimal(0))


def _number(value: Decimal) -> str:
    """Two decimals from 1 up, four significant digits below."""
    if value == 0 or value >= 1:
        return f"{value:,.2f}"
    return f"{value:.{min(3 - value.adjusted(), 12)}f}"


def _share(one: _Ratio) -> str:
    return percent((one.value or Decimal(0)) * 100, signed=False) or ""


def _rows(ratios: Sequence[_Ratio]) -> str:
    if len(ratios) < 2:
        return ""
    first = ratios[0]
    rows = [[shown(one.top.asset.label, 110), _plain(one), one.top.text, one.bottom.text] for one in ratios]
    return table(["Asset", "Ratio", _capital(first.top.figure.label), _capital(first.bottom.figure.label)], rows)


def _method(setting: Setting, ratios: Sequence[_Ratio]) -> str:
    how = "Computed here by dividing the one figure by the other."
    if setting.is_detailed:
        how += " Both are the newest figures of their sources, which may be of different minutes; a ratio alone says nothing of whether a price is high or low."
    return how


def _used(ratios: Sequence[_Ratio]) -> list[Used]:
    sides = (side for one in ratios for side in (one.top, one.bottom))
    return [(side.holding, side.figure.field) for side in sides if side.holding is not None]


def _absent(setting: Setting, one: _Ratio) -> list[str]:
    """Why a figure is not there; nothing stands in for it."""
    said = []
    for side in (one.top, one.bottom):
        if side.value is None:
            why = _reason(setting, side)
            said.append(
                sentence(
                    f"The {side.figure.label} of {side.name} is not available, so this ratio cannot be computed: {why}"
                )
            )
    if not said:
        said.append(f"The {one.bottom.figure.label} of {one.bottom.name} is zero, so there is no ratio to it.")
    return said


def _reason(setting: Setting, side: _Side) -> str:
    own = side.holding.reason(side.figure.field, side.figure.metric) if side.holding is not None else None
    general = next(
        (
            gap.reason
            for result in setting.evidence.results_of(MARKET_DATA)
            for gap in result.unavailable
            if gap.asset_id in {None, str(side.asset.asset_id)}
        ),
        None,
    )
    reason = own or (general if side.holding is None else None)
    return shown(reason, 200) if reason else "the result does not contain it"


def _facts(one: _Ratio) -> list[Fact]:
    found = [fact(side.holding, side.figure.field) for side in (one.top, one.bottom) if side.holding is not None]
    if one.top.holding is not None and one.value is not None:
        field = f"{one.top.figure.name}_to_{one.bottom.figure.name}"
        if one.top.asset.asset_id != one.bottom.asset.asset_id:
            field = f"{field}_of_{one.bottom.asset.symbol}"
        found.append(derived_fact(one.top.holding, field, one.value, ""))
    return found


SKILL = Skill(
    name="figure_ratio",
    title="one figure over another, such as volume to market cap, or one asset's market cap over another's",
    examples=(
        "volume to market cap ratio of SOL",
        "how many times bigger is BTC than ETH by market cap",
        "mcap / tvl of UNI",
        "ETH market cap as a percentage of BTC's",
    ),
    tools=(MARKET_DATA,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="needed",
)
