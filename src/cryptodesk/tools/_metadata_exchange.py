"""What an exchange says of itself, and the wallets it has made known."""

from __future__ import annotations

from typing import Any

from cryptodesk.market.records import ExchangeListing, ExchangeReserves, Reserve
from cryptodesk.tools._content_clean import clean_passage
from cryptodesk.tools._envelope import Origin, encode_time
from cryptodesk.tools._metadata_members import Member
from cryptodesk.tools._metadata_part import Detail, Part, join, known, missing, part_of
from cryptodesk.tools._metadata_profile import links
from cryptodesk.tools._text import NAME_LIMIT, SYMBOL_LIMIT, clean

__all__ = ["exchange_profile"]

_MOST_PLACES = 40
_LONGEST_WALLET = 120
_SHORT_DESCRIPTION = 400


def exchange_profile(member: Member, reserves: ExchangeReserves | None, detail: Detail) -> Part:
    """Fees in percent, money in US dollars. Wallets by value, the greatest first."""
    parts = [_of_profile(member, detail), _of_listing(member), _reserves(reserves, detail)]
    joined = join(parts)
    gaps = list(joined.gaps)
    if member.profile is None:
        gaps += missing("exchange_profile", "no profile of this exchange is at hand", member.asset_id).gaps
    if reserves is None:
        gaps += missing("reserves", "the exchange has made no wallets known to a source at hand", member.asset_id).gaps
    if not joined.fields:
        return Part(gaps=tuple(gaps))
    return Part({"exchange_profile": joined.fields}, tuple(map(_within, joined.origins)), tuple(gaps))


def _of_profile(member: Member, detail: Detail) -> Part:
    own = member.profile
    if own is None:
        return Part()
    urls = links(member, detail).fields.get("urls")
    fields = known(
        description=clean_passage(own.description or "", min(detail.description, _SHORT_DESCRIPTION)).text,
        date_launched=encode_time(own.date_launched) if own.date_launched else None,
        countries=[clean(name, NAME_LIMIT) for name in own.countries[:_MOST_PLACES]],
        fiats=[clean(name, SYMBOL_LIMIT) for name in own.fiats[:_MOST_PLACES]],
        maker_fee=own.maker_fee_pct,
        taker_fee=own.taker_fee_pct,
        weekly_visits=own.weekly_visits,
        spot_volume_usd=own.spot_volume_usd,
        urls=urls,
    )
    return part_of(fields, own.provenance, "fees in percent; given by the exchange, not checked")


def _of_listing(member: Member) -> Part:
    row = member.listing
    if not isinstance(row, ExchangeListing) or row.quote_currency != "USD":
        return Part()
    return part_of(known(spot_volume_usd=row.spot_volume_24h), row.provenance)


def _reserves(found: ExchangeReserves | None, detail: Detail) -> Part:
    if found is None:
        return Part()
    ranked = sorted(found.reserves, key=lambda one: -(_value(one) or 0.0))
    values = [_value(one) for one in found.reserves]
    total, note = found.total_usd, "wallets that the exchange has made known; debts are not seen"
    if total is None and values and all(value is not None for value in values):
        total = sum(value for value in values if value is not None)
        note += "; total summed over them"
    fields = known(
        total_usd=total,
        wallets_known=len(ranked),
        largest=[_wallet(one) for one in ranked[: detail.wallets]],
    )
    return part_of({"reserves": fields}, found.provenance, note)


def _value(reserve: Reserve) -> float | None:
    return None if reserve.price_usd is None else reserve.balance * reserve.price_usd


def _wallet(reserve: Reserve) -> dict[str, Any]:
    return known(
        symbol=clean(reserve.symbol, SYMBOL_LIMIT),
        asset_id=reserve.asset_id,
        balance=reserve.balance,
        price_usd=reserve.price_usd,
        value_usd=_value(reserve),
        platform=clean(reserve.platform or "", NAME_LIMIT),
        wallet_address=clean(reserve.wallet_address or "", _LONGEST_WALLET),
    )


def _within(origin: Origin) -> Origin:
    fields = tuple(f"exchange_profile.{name}" for name in origin.fields)
    return Origin(fields, origin.source, origin.mode, origin.as_of, origin.note)
