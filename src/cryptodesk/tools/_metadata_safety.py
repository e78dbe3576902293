"""A vendor's checks of a contract, and who holds the asset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cryptodesk.market.records import Holders, SecurityItem, TokenSecurity
from cryptodesk.tools._metadata_members import Member
from cryptodesk.tools._metadata_part import Detail, Part, join, known, missing, part_of
from cryptodesk.tools._text import NAME_LIMIT, clean

__all__ = ["NO_GUARANTEE", "holders", "security"]

NO_GUARANTEE = "security is one vendor's automatic checks of the contract: not an audit, and no guarantee either way"

_CODE_LENGTH = 60
_CHECK_LENGTH = 160
# Our subjects of a status, and the wire's names.
_STATUSES = {
    "honeypot": "honeypotStatus",
    "mintable": "mintableStatus",
    "freezable": "freezableStatus",
    "rug_pull": "rugPullStatus",
    "fake_token": "fakeTokenStatus",
    "unverified_contract": "unverifiedContractStatus",
}
_BY_VALUE = {"usd_0_to_1k": "usd0To1k", "usd_1k_to_100k": "usd1kTo100k", "usd_100k_plus": "usd100kPlus"}
_BY_TIME = {"traders": "traders", "cruisers": "cruisers", "holders": "holders"}


def security(member: Member, found: Sequence[TokenSecurity], detail: Detail) -> Part:
    """One entry a contract. An empty list of checks is no clean bill: it stands under what is not known."""
    if not found:
        why = "no vendor has checked its contract, or none answered"
        return missing("security", why, member.asset_id)
    parts = [part_of({"security": 0}, one.provenance) for one in found]
    return Part({"security": [_report(one, detail) for one in found]}, join(parts).origins, notes=(NO_GUARANTEE,))


def _report(found: TokenSecurity, detail: Detail) -> dict[str, Any]:
    platform, _, address = found.asset_id.partition(":")
    statuses = {wire: clean(found.statuses[own], 40) for own, wire in _STATUSES.items() if own in found.statuses}
    hits = [item for item in found.items if item.is_hit]
    others = [item for item in found.items if not item.is_hit]
    shown = [_item(item) for item in (*hits, *others)[: max(detail.checks, len(hits[:40]))]]
    return known(
        platform=clean(platform),
        contract_address=clean(address, 120),
        securityLevel=clean(found.level or "", NAME_LIMIT),
        extra=known(
            buyTax=found.buy_tax_pct,
            sellTax=found.sell_tax_pct,
            isFlaggedByVendor=found.is_flagged_by_vendor,
            isVerified=found.is_verified,
            isReported=found.is_reported,
            source=clean(found.vendor or found.provenance.source, NAME_LIMIT),
        ),
        securityItems=shown,
        checks_made=len(found.items),
        checks_hit=len(hits),
        **{"solanaDisplay" if platform == "solana" else "evmDisplay": statuses},
    )


def _item(item: SecurityItem) -> dict[str, Any]:
    return known(
        code=clean(item.code, _CODE_LENGTH),
        riskyLevel=clean(item.risk_level or "", 40),
        isHit=item.is_hit,
        # What a check that found nothing would have found need not be told.
        des=clean(item.description or "", _CHECK_LENGTH) if item.is_hit else "",
    )


def holders(member: Member, found: Holders | None) -> Part:
    """Counts of addresses with their share, and the parts of the supply, in percent."""
    fields = {} if found is None else _holder_fields(found)
    if found is None or not fields:
        return missing("holders", "no source of its holders is at hand", member.asset_id)
    return part_of({"holders": fields}, found.provenance, "shares in percent; whales hold over 1 % of the supply each")


def _holder_fields(found: Holders) -> dict[str, Any]:
    supply = {"whales": found.whales_pct, "others": found.others_pct}
    return known(
        count=found.holders,
        addressesByHoldingValue=_counted(found.by_value, _BY_VALUE),
        circulatingSupplyDistribution={name: {"percent": share} for name, share in supply.items() if share is not None},
        addressesByHoldingTime=_counted(found.by_time, _BY_TIME),
    )


def _counted(counts: Mapping[str, int], names: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """Shares only where every part is known: of some parts they would be shares of something else."""
    shown = {wire: counts[own] for own, wire in names.items() if own in counts}
    whole = sum(shown.values())
    if len(shown) < len(names) or not whole:
        return {wire: {"count": count} for wire, count in shown.items()}
    return {wire: {"count": count, "percent": count / whole * 100} for wire, count in shown.items()}
