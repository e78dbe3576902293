"""One coin's figures from its listing and from its daily candles: of each field the later value, never a silent mix."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from cryptodesk.market.issuance import compute_supply_figure
from cryptodesk.market.quotes import compute_quote
from cryptodesk.market.records import Asset, CoinListing, Figure, Provenance, Quote
from cryptodesk.tools._envelope import computed_mode
from cryptodesk.tools._market_currency import PricedSeries

__all__ = ["MOST_APART", "NEUTRAL_FIELDS", "NO_DAYS", "CoinFigures", "merge_figures"]

# A price may be multiplied by a supply of another moment no further away than this.
MOST_APART = timedelta(days=7)

_MONEY = (
    "price",
    "volume_24h",
    "cex_volume_24h",
    "dex_volume_24h",
    "market_cap",
    "fully_diluted_market_cap",
    "tvl",
    "high_24h",
    "low_24h",
    "ath",
    "atl",
)
_PERCENT = (
    "volume_change_24h",
    "market_cap_dominance",
    *(f"percent_change_{span}" for span in ("1h", "24h", "7d", "30d", "60d", "90d", "1y")),
)
_COINS = ("circulating_supply", "total_supply", "max_supply")
_COUNTS = ("rank", "num_market_pairs")
# What says the same in every currency.
NEUTRAL_FIELDS = frozenset({*_COINS, *_COUNTS, "market_cap_dominance"})

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_WEEK_OLD = ("market_cap", "fully_diluted_market_cap", "market_cap_dominance", "rank", "num_market_pairs", "tvl")
_DAY_OLD = ("volume_24h", "volume_change_24h", "cex_volume_24h", "dex_volume_24h", "high_24h", "low_24h")
# How much older than the price a value may be and still stand beside it.
_MOST_LAG: dict[str, timedelta] = {
    **dict.fromkeys(_WEEK_OLD, MOST_APART),
    **dict.fromkeys(_DAY_OLD, _DAY),
    "percent_change_1h": _HOUR,
    "percent_change_24h": _DAY,
    "percent_change_7d": _DAY,
    **{f"percent_change_{span}": 3 * _DAY for span in ("30d", "60d", "90d")},
    **{f"percent_change_{span}": MOST_APART for span in ("1y", "ytd", "3y", "all")},
}
NO_DAYS = "no daily candles of it are at hand"
_EXTREMES = ("ath", "atl", "percent_from_ath", "percent_from_atl")
_OF_ONE_DAY = ("high_24h", "low_24h")

_Figures = dict[str, Figure]


class CoinFigures(Struct, frozen=True):
    """`figures` by field; why others are `missing`; the `times` of extremes; which fields are `of_record`, from the
    candles of one market."""

    figures: dict[str, Figure]
    missing: dict[str, str]
    times: dict[str, datetime]
    of_record: frozenset[str]


def merge_figures(
    asset: Asset, listing: CoinListing | None, priced: PricedSeries | None, *, with_extremes: bool = True
) -> CoinFigures:
    """Of each field that both have, the value of the later moment; the listing's where they are of the same one.

    All-time extremes are the further of the two. Values that would stand beside a much later price are missing with
    their date. Without extremes the fields from "ath" to "percent_from_atl" may be left out."""
    quote = None if priced is None else compute_quote(asset, priced.series, with_extremes=with_extremes)
    counted = _of_candles(quote, priced)
    listed = _of_listing(listing)
    times = dict(quote.times) if quote else {}
    chosen = _choose(listed, counted, is_derived=_is_derived(listing, priced))
    _take_extremes(chosen, listed, counted)
    times |= _listed_times(listing, chosen, listed)
    missing = _reasons(quote, priced)
    _complete_worth(asset, chosen)
    _set_turnover(chosen, listed)
    _set_distances(chosen, counted)
    missing |= _drop_old(chosen)
    of_record = frozenset(field for field, figure in chosen.items() if counted.get(field) is figure)
    return CoinFigures(chosen, {field: missing[field] for field in missing if field not in chosen}, times, of_record)


def _of_listing(listing: CoinListing | None) -> _Figures:
    if listing is None:
        return {}
    units = {
        **dict.fromkeys(_MONEY, listing.quote_currency),
        **dict.fromkeys(_PERCENT, "percent"),
        **dict.fromkeys(_COINS, listing.symbol),
        **dict.fromkeys(_COUNTS, "count"),
    }
    values = ((field, getattr(listing, field), unit) for field, unit in units.items())
    return {field: Figure(value, unit, listing.provenance) for field, value, unit in values if value is not None}


def _of_candles(quote: Quote | None, priced: PricedSeries | None) -> _Figures:
    if quote is None or priced is None:
        return {}
    unknown = {*_EXTREMES, *_OF_ONE_DAY} if priced.is_crossed else set()
    return {field: figure for field, figure in quote.figures.items() if field not in unknown}


def _is_derived(listing: CoinListing | None, priced: PricedSeries | None) -> bool:
    """Whether the listing was computed from these very candles, which then say better where each value is from."""
    if listing is None or priced is None:
        return False
    one, other = listing.provenance, priced.series.provenance
    return (one.source, one.as_of) == (other.source, other.as_of)


def _choose(listed: _Figures, counted: _Figures, *, is_derived: bool) -> _Figures:
    def is_better(candidate: Figure, held: Figure) -> bool:
        one, other = candidate.provenance.as_of, held.provenance.as_of
        return one > other or (one == other and is_derived)

    chosen = dict(listed)
    if is_derived:
        # A rank among stored candles is the catalogue's, of another day.
        chosen.pop("rank", None)
    for field, figure in counted.items():
        if field not in chosen or is_better(figure, chosen[field]):
            chosen[field] = figure
    return chosen


def _take_extremes(chosen: _Figures, listed: _Figures, counted: _Figures) -> None:
    for field, further in (("ath", max), ("atl", min)):
        known = [figures[field] for figures in (listed, counted) if field in figures]
        if known:
            chosen[field] = further(known, key=lambda figure: figure.value)


def _listed_times(listing: CoinListing | None, chosen: _Figures, listed: _Figures) -> dict[str, datetime]:
    if listing is None:
        return {}
    moments = {"ath": listing.ath_time, "atl": listing.atl_time}
    return {
        field: moment
        for field, moment in moments.items()
        if moment is not None and field in listed and chosen.get(field) is listed[field]
    }


def _complete_worth(asset: Asset, chosen: _Figures) -> None:
    """What the coins are worth at the price shown, where no source says it of that moment."""
    price = chosen.get("price")
    if price is None:
        return
    moment = price.provenance.as_of
    issued = None if price.provenance.mode == "simulated" else compute_supply_figure(asset.asset_id, moment)
    pairs = (
        ("market_cap", issued or chosen.get("circulating_supply"), "circulating supply"),
        ("fully_diluted_market_cap", chosen.get("max_supply"), "maximum supply"),
    )
    for field, supply, what in pairs:
        held = chosen.get(field)
        is_old = held is None or held.provenance.as_of < moment
        if is_old and supply is not None and abs(supply.provenance.as_of - moment) <= MOST_APART:
            chosen[field] = _worth(price, supply, what)


def _worth(price: Figure, supply: Figure, what: str) -> Figure:
    one, other = price.provenance, supply.provenance
    note = f"price of {_day(one.as_of)} ({one.source}) × {what} of {_day(other.as_of)} ({other.note or other.source})"
    sources = " × ".join(dict.fromkeys((one.source, other.source)))
    mode = computed_mode((one.mode, other.mode))
    return Figure(price.value * supply.value, price.unit, Provenance(sources, mode, one.as_of, note))


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _set_turnover(chosen: _Figures, listed: _Figures) -> None:
    volume, cap = chosen.get("volume_24h"), chosen.get("market_cap")
    # The volume of one market says nothing beside the capitalisation of them all.
    if volume is None or cap is None or volume is not listed.get("volume_24h") or cap is not listed.get("market_cap"):
        return
    if cap.value > 0:
        origin = volume.provenance
        note = "volume_24h / market_cap"
        provenance = Provenance(origin.source, computed_mode((origin.mode,)), origin.as_of, note)
        chosen["turnover"] = Figure(volume.value / cap.value, "ratio", provenance)


def _set_distances(chosen: _Figures, counted: _Figures) -> None:
    """How far the price shown is from the extremes shown."""
    price = chosen.get("price")
    for field, extreme in (("percent_from_ath", "ath"), ("percent_from_atl", "atl")):
        far = chosen.get(extreme)
        if price is None or far is None or far.value <= 0:
            continue
        if price is not counted.get("price") or far is not counted.get(extreme):
            chosen[field] = _distance(price, far)


def _distance(price: Figure, far: Figure) -> Figure:
    one, other = price.provenance, far.provenance
    sources = " × ".join(dict.fromkeys((one.source, other.source)))
    note = "the price against the extreme given beside it"
    provenance = Provenance(sources, computed_mode((one.mode, other.mode)), one.as_of, note)
    return Figure((price.value - far.value) / far.value * 100, "percent", provenance)


def _drop_old(chosen: _Figures) -> dict[str, str]:
    """Takes out what is too old to be read beside the price; the reasons name the last value known."""
    price = chosen.get("price")
    if price is None:
        return {}
    reasons = {}
    for field, lag in _MOST_LAG.items():
        figure = chosen.get(field)
        if figure is not None and figure.provenance.as_of < price.provenance.as_of - lag:
            origin = figure.provenance
            reasons[field] = f"the last value known, {figure.value:.6g}, is of {_day(origin.as_of)} ({origin.source})"
            del chosen[field]
    return reasons


def _reasons(quote: Quote | None, priced: PricedSeries | None) -> dict[str, str]:
    """Why a field may be missing, before anything is known of the listing."""
    reasons = dict.fromkeys(_needing_candles(), NO_DAYS)
    reasons |= dict.fromkeys((*_COINS, "market_cap", "volume_24h", "price"), "no source at hand gives it")
    reasons["fully_diluted_market_cap"] = "the maximum supply is not known"
    reasons["turnover"] = "the volume or the market cap is not known"
    if quote is not None:
        reasons |= {missing.field: missing.reason for missing in quote.missing}
    if priced is not None and priced.is_crossed:
        why = f"not known in {priced.series.quote_currency}: the highs of two markets are not of the same moment"
        reasons |= dict.fromkeys((*_EXTREMES, *_OF_ONE_DAY), why)
    reasons["market_cap_dominance"] = "the capitalisation of the whole market is not known"
    reasons["rank"] = "no dated ranking holds this asset"
    return reasons | dict.fromkeys(
        ("num_market_pairs", "cex_volume_24h", "dex_volume_24h"), "no source of a volume split by venue is at hand"
    )


def _needing_candles() -> Iterable[str]:
    yield from (field for field in _PERCENT if field.startswith(("percent_change", "volume_change")))
    yield from ("percent_change_ytd", "percent_change_3y", "percent_change_all", *_OF_ONE_DAY, *_EXTREMES)
