"""Open interest, funding and liquidations over all coins, from the overview."""

from __future__ import annotations

from decimal import Decimal

from cryptodesk.models.analyst.formats import big_money, number
from cryptodesk.models.analyst.skills._leverage import funding_words, rate
from cryptodesk.models.analyst.skills._leverage_phrases import DerivativesSlots, Focus
from cryptodesk.models.analyst.skills._overview import Part, days_back, end_of, fact_at, part_of, refusal
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_names, join_paragraphs

__all__ = ["LEVERAGE", "no_past", "no_ratio", "write_market"]

LEVERAGE = "leverage"


def no_past(setting: Setting, slots: DerivativesSlots) -> str:
    period = setting.plan.period
    days = days_back(period, setting.today)
    if slots.wants_past and (period is None or period.is_weak or days == 1):
        return (
            "The tools keep no past of these figures, so I cannot say whether they rose or fell; these are the latest."
        )
    if period is None or period.is_weak or (days == 1 and slots.focus in {"liquidations", "all", "volume"}):
        return ""
    return f"The tools keep no past of these figures, so I have nothing for {period.label}; these are the latest."


def no_ratio(focus: Focus) -> str:
    if focus != "long_short":
        return ""
    return (
        "No tool carries a ratio of long to short positions; nearest to it are who pays funding and who was liquidated."
    )


def write_market(setting: Setting, slots: DerivativesSlots) -> Draft:
    part = part_of(setting, LEVERAGE)
    said = {} if part is None else _market_parts(setting, part)
    wanted = {"all": tuple(said), "long_short": ("funding", "liquidations")}.get(slots.focus, (slots.focus,))
    known = [said[name] for name in wanted if name in said]
    if part is None or not known:
        what = {"funding": "Funding rates are", "liquidations": "Liquidations are"}.get(slots.focus, "Open interest is")
        return refusal(what if slots.focus not in {"all", "long_short"} else "Figures of derivatives are", part)
    rest = [said[name] for name in said if name not in wanted and not setting.is_brief]
    first = [no_ratio(slots.focus), no_past(setting, slots), *known, *rest]
    venues = _venues(part) if setting.is_detailed else ""
    return Draft(
        join_paragraphs(" ".join(filter(None, first)), venues, end_of(setting, part)),
        (*_market_facts(part), *_volume_facts(setting)),
    )


def _market_parts(setting: Setting, part: Part) -> dict[str, str]:
    """A sentence for each side of the market that is known, in the order they are read."""
    found: dict[str, str] = {}
    interest = part.figure("open_interest", "total")
    if interest is not None:
        kinds = [
            f"{big_money(value)} in {kind}"
            for kind in ("perpetuals", "futures")
            if (value := part.figure("open_interest", kind)) is not None
        ]
        beside = f", {join_names(kinds)}" if kinds else ""
        found["open_interest"] = f"Open interest over all coins is **{big_money(interest)}**{beside}."
    if (funding := part.figure("funding_rate", "average")) is not None:
        btc = part.figure("funding_rate", "btc")
        of_btc = f", on Bitcoin {rate(btc)}" if btc is not None else ""
        found["funding"] = f"On average {funding_words(funding)}{of_btc}."
    if forced := _forced(part):
        found["liquidations"] = forced
    if volume := _volume(setting):
        found["volume"] = volume
    return found


def _forced(part: Part) -> str:
    every, btc = part.figure("liquidations", "all", "total_usd24h"), part.figure("liquidations", "btc", "total_usd24h")
    spans = (("7d", "7 days"), ("30d", "30 days"))
    longer = [
        f"{big_money(value)} in {words}"
        for span, words in spans
        if (value := part.figure("liquidations", "btc", f"total_usd{span}")) is not None
    ]
    of_btc = f"{big_money(btc)} on Bitcoin" if btc is not None else ""
    tail = f" ({', '.join(longer)})" if longer and btc is not None else ""
    if every is None:
        return f"{of_btc} was liquidated in 24 hours{tail}." if of_btc else ""
    return f"**{big_money(every)}** was liquidated in 24 hours{f', {of_btc}{tail}' if of_btc else ''}."


def _volume(setting: Setting) -> str:
    part = part_of(setting, "liquidity")
    value = part.figure("volume24h", "derivatives", "total") if part else None
    perpetuals = part.figure("volume24h", "derivatives", "perpetuals") if part else None
    if value is None:
        return ""
    beside = f", {big_money(perpetuals)} of it counted in perpetuals" if perpetuals is not None else ""
    return f"Derivatives traded **{big_money(value)}** in 24 hours{beside}{_against_spot(part, value)}."


def _against_spot(part: Part | None, derivatives: Decimal) -> str:
    spot = part.figure("volume24h", "spot") if part else None
    if not spot:
        return ""
    times = number(round(derivatives / spot, 2))
    return f"; spot traded {big_money(spot)}, so derivatives are {times} times spot (computed)"


def _venues(part: Part) -> str:
    held = part.at("open_interest", "exchanges")
    names = [shown(name, 60) for name in held] if isinstance(held, list) else []
    count = part.figure("funding_rate", "markets")
    markets = (
        f" Funding is averaged over {number(count)} markets, weighted by open interest." if count is not None else ""
    )
    return f"Summed over {join_names([name for name in names if name])}.{markets}" if any(names) else ""


def _market_facts(part: Part) -> list[Fact]:
    paths = (
        ("open_interest.total", "USD"), ("funding_rate.average", "percent"), ("funding_rate.btc", "percent"),
        ("liquidations.all.total_usd24h", "USD"), ("liquidations.btc.total_usd24h", "USD"),
    )  # fmt: skip
    known: list[tuple[str, Decimal, str]] = [
        (path, value, unit) for path, unit in paths if (value := part.figure(*path.split("."))) is not None
    ]
    return [fact_at(part.result, f"{LEVERAGE}.{path}", value, unit) for path, value, unit in known]


def _volume_facts(setting: Setting) -> list[Fact]:
    part = part_of(setting, "liquidity")
    paths = ("volume24h.derivatives.total", "volume24h.derivatives.perpetuals", "volume24h.spot")
    known = [(path, value) for path in paths if part and (value := part.figure(*path.split("."))) is not None]
    return [fact_at(part.result, f"liquidity.{path}", value, "USD") for path, value in known] if part else []
