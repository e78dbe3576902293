"""How many coins there are, by which rule they come into being, and which become transferable next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cryptodesk.market.issuance import (
    ANCHORS,
    BITCOIN_ASSET_ID,
    SATOSHI_PER_BITCOIN,
    compute_height,
    compute_moment,
    compute_subsidy,
    compute_supply_figure,
    halving_heights,
)
from cryptodesk.market.records import CoinListing, NftListing, Provenance, Unlock, UnlockSchedule
from cryptodesk.tools._envelope import Origin, encode_time
from cryptodesk.tools._metadata_members import Member
from cryptodesk.tools._metadata_part import Detail, Part, join, known, missing, part_of
from cryptodesk.tools._metadata_profile import catalogue
from cryptodesk.tools._text import clean

__all__ = ["supply", "supply_schedule"]

_FIELDS = ("circulating_supply", "total_supply", "max_supply")
_BITCOIN_RULE = (
    "Each block pays its miner new coins: 50 BTC at first, half as many after every 210,000 blocks, until the payment "
    "rounds down to nothing; no more than 21 million coins come into being. Blocks are aimed at one in ten minutes."
)

_HALVING_HEIGHTS = frozenset(halving_heights())


def supply(member: Member, now: datetime) -> Part:
    """Circulating, total and greatest supply, in coins; of a collection the number of its pieces."""
    if isinstance(member.listing, NftListing):
        fields = known(total_supply=member.listing.total_supply)
        part = part_of(fields, member.listing.provenance, "pieces of the collection")
        return part if fields else missing("supply", "the number of pieces is not known", member.asset_id)
    if member.asset_class == "onchain_token":
        return missing("supply", _token_reason(member), member.asset_id)
    part = join([_of_source(member), _of_rule(member, now), _of_catalogue(member, now)])
    absent = [name for name in _FIELDS if name not in part.fields]
    if part.fields.get("infinite_supply") and "max_supply" in absent:
        absent.remove("max_supply")
    gaps = [missing(name, "no source of it is at hand", member.asset_id) for name in absent]
    return join([part, *gaps])


def _token_reason(member: Member) -> str:
    coin = getattr(member.listing, "coin_asset_id", None) or (member.asset.asset_id if member.asset else None)
    if coin is None:
        return "no source of a token's supply is at hand"
    return f"known of the coin that this token is: ask for coin {coin}"


def _of_source(member: Member) -> Part:
    row, own = member.listing, member.profile
    parts: list[Part] = []
    if isinstance(row, CoinListing):
        fields = known(**{name: getattr(row, name) for name in _FIELDS}, infinite_supply=row.infinite_supply)
        parts.append(part_of(fields, row.provenance))
    if own is not None:
        parts.append(part_of(known(max_supply=own.max_supply, infinite_supply=own.infinite_supply), own.provenance))
    return join(parts)


def _of_rule(member: Member, now: datetime) -> Part:
    figure = compute_supply_figure(member.asset_id, now) if isinstance(member.asset_id, int) else None
    if figure is None:
        return Part()
    return part_of({"circulating_supply": figure.value, "total_supply": figure.value}, figure.provenance)


def _of_catalogue(member: Member, now: datetime) -> Part:
    asset = member.asset
    if asset is None or asset.max_supply is None:
        return Part()
    return part_of({"max_supply": float(asset.max_supply)}, catalogue(asset, now))


def supply_schedule(member: Member, schedule: UnlockSchedule | None, now: datetime, detail: Detail) -> Part:
    """The supply of the moment, then the protocol's rule or the unlocks ahead, whichever is known."""
    base = supply(member, now)
    coins = {name: base.fields[name] for name in (*_FIELDS, "infinite_supply") if name in base.fields}
    issuance = _issuance(member, now)
    unlocks = _unlocks(schedule, coins.get("circulating_supply"), now, detail) if schedule else Part()
    gaps = list(base.gaps)
    part = join([issuance, unlocks])
    if not part.fields:
        reason = "no issuance rule and no unlock schedule of it are at hand"
        gaps += missing("supply_schedule", reason, member.asset_id).gaps
        if not coins:
            return Part(gaps=tuple(gaps))
    whole = {**coins, **part.fields}
    origins = [_within(one) for one in (*base.origins, *part.origins)]
    return Part({"supply_schedule": whole}, tuple(origins), tuple(gaps), part.notes)


def _within(origin: Origin) -> Origin:
    return Origin(
        tuple(f"supply_schedule.{name}" for name in origin.fields),
        origin.source,
        origin.mode,
        origin.as_of,
        origin.note,
    )


def _issuance(member: Member, now: datetime) -> Part:
    if member.asset_id != BITCOIN_ASSET_ID or now < ANCHORS[0].mined_at:
        return Part()
    estimate = compute_height(now)
    height = next((one for one in halving_heights() if one > estimate.height), None)
    fields: dict[str, Any] = {
        "issuance_rule": _BITCOIN_RULE,
        "block_height": estimate.height,
        "block_reward": compute_subsidy(estimate.height) / SATOSHI_PER_BITCOIN,
    }
    past = _past_halvings(now)
    if past:
        fields["past_halvings"] = past
    if height is not None:
        fields["next_halving"] = {
            "block_height": height,
            "expected_on": f"{compute_moment(height):%Y-%m-%d}",
            "blocks_left": height - estimate.height,
            "block_reward_after": compute_subsidy(height) / SATOSHI_PER_BITCOIN,
        }
    # The last two eras ran 4.0 and 1.3 % faster than the protocol aims at.
    note = f"{estimate.method}; height ± {estimate.error_blocks} blocks; the halving may come weeks earlier"
    return part_of(fields, Provenance("bitcoin_block_schedule", "computed", now, note))


def _past_halvings(now: datetime) -> list[dict[str, Any]]:
    """Those before the moment, oldest first, on the days that the headers of their blocks name."""
    return [
        {
            "block_height": anchor.height,
            "halved_on": f"{anchor.mined_at:%Y-%m-%d}",
            "block_reward_after": compute_subsidy(anchor.height) / SATOSHI_PER_BITCOIN,
        }
        for anchor in ANCHORS
        if anchor.height in _HALVING_HEIGHTS and anchor.mined_at <= now
    ]


def _unlocks(schedule: UnlockSchedule, circulating: float | None, now: datetime, detail: Detail) -> Part:
    """What is still to come. Shares of the circulating supply are ours; those of the whole supply the source's."""
    ahead = [unlock for unlock in schedule.unlocks if unlock.unlock_at > now]
    past = [unlock for unlock in schedule.unlocks if unlock.unlock_at <= now]
    fields: dict[str, Any] = {
        "next_unlocks": [_unlock(unlock, circulating) for unlock in ahead[: detail.unlocks]],
        "unlocks_ahead": {"count": len(ahead), **_total(ahead)},
        "unlocked_so_far": {"count": len(past), **_total(past)},
    }
    if ahead:
        fields["last_unlock_at"] = encode_time(ahead[-1].unlock_at)
    return part_of(fields, schedule.provenance, "as announced by then; amounts in coins, shares in percent")


def _unlock(unlock: Unlock, circulating: float | None) -> dict[str, Any]:
    return known(
        unlock_at=encode_time(unlock.unlock_at),
        amount=unlock.amount,
        pct_of_supply=unlock.pct_of_supply,
        pct_of_circulating=unlock.amount / circulating * 100 if circulating else None,
        recipients=clean(unlock.recipients or ""),
        is_linear=unlock.is_linear or None,
    )


def _total(unlocks: Sequence[Unlock]) -> dict[str, float]:
    shares = [unlock.pct_of_supply for unlock in unlocks]
    known_shares = [share for share in shares if share is not None]
    total = {"amount": sum(unlock.amount for unlock in unlocks)}
    # A sum that leaves some out would look like the whole.
    return total | ({"pct_of_supply": sum(known_shares)} if len(known_shares) == len(shares) and shares else {})
