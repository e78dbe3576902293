"""Security: what one vendor's automatic check of a token's contract found, and what such a check does not prove."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst import intents
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import percent, to_decimal
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._profile import Profile, metadata_calls, names_asset, profiles, unanswered
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import ASSET_METADATA
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing

__all__ = ["SKILL", "SecuritySlots"]

_NAMED = Pattern(
    r"\bhoney ?pots?\b|\brug(?:ged|s)?\b|\brug ?pull\w*\b|\bscam\w*\b|\baudit(?:s|ed|or|ing)?\b|\b(?:buy|sell|transfer|token|trading) tax(?:es)?\b|\b(?:security|safety|contract|token|risk) (?:check|scan|score|report|audit|risks?|flags?|analysis|rating|issues?)s?\b|\bred flags?\b|\bmintable\b|\bfreez(?:e|able)\b.{0,20}\b(?:authority|token|account|contract|wallet)?|\bmint authority\b|\b(?:verified|unverified) contract\b|\bcontract (?:is )?(?:verified|safe|risky|secure)\b|\btoken ?sniffer\b|\bgo ?plus\b|\blegit(?:imate)?\b|\bfake token\b|\b(?:main|biggest|key|potential|any) risks? (?:of|with|in|for)\b|\brisks? (?:of|with) _"
)
_SAFE = Pattern(r"\b(?:is|are|how)\b.{0,25}\b(?:safe|secure|risky|dangerous|trustworthy)\b")
_NOT_OURS = Pattern(
    r"\bsafe (?:haven|investment|bet|to (?:buy|invest|hold|long|short))\b|\bwhat (?:is|are|does) (?:a |an |the )?(?:honey ?pot|rug ?pull|scam|audit|red flag)s?\b(?!.{0,20}_)|\bhow (?:to|do i|can i|can you|do you)\b|\bexplain\b|\bproof of reserves\b|\bnews\b|\bhacked\b|\bexploit\w*\b|\bvolatil\w+ risk\b|\brisk[- ](?:adjusted|free|off|on|reward)\b|\bseed\b|\bvalue at risk\b|\bsharpe\b|\bwhich token got\b|\bportfolio\b|\bset up\b|\bwallet safe\b"
)
_STATUSES = (
    ("honeypotStatus", "honeypot"),
    ("rugPullStatus", "rug pull"),
    ("fakeTokenStatus", "fake token"),
    ("mintableStatus", "new tokens can be minted"),
    ("freezableStatus", "accounts can be frozen"),
    ("unverifiedContractStatus", "unverified contract"),
)
_ASKED = (("honeypot", "honeypotStatus"), ("rug", "rugPullStatus"), ("mint", "mintableStatus"), ("freez", "freezableStatus"), ("fake", "fakeTokenStatus"), ("verif", "unverifiedContractStatus"))  # fmt: skip
_VENDORS = Pattern(r"\b(token ?sniffer|go ?plus|certik|honeypot\.is|dextools|rug ?check|hacken)\b")
# In a long sentence a capital letter alone makes no asset.
_SHORT = 12
_LIMIT = "A check of this kind reads the contract's code: it proves no intent, no reserves and no safety of the team, and finding nothing is no guarantee."


class SecuritySlots(Struct, frozen=True):
    """`status` is the one check that is asked about; `vendor` a checker that the question names."""

    status: str = ""
    vendor: str = ""


def _recognise(reading: Reading) -> Claim | None:
    masked = reading.masked
    if not names_asset(reading) or reading.says(_NOT_OURS) or intents.wants_advice(reading.lowered):
        return None
    found = _VENDORS.search(masked)
    status = next((name for word, name in _ASKED if word in masked), "")
    slots = SecuritySlots(status, found[0] if found else "")
    if _NAMED.search(masked) and (reading.is_known or reading.words <= _SHORT):
        return Claim(0.975 if reading.is_known else 0.93, slots)
    return Claim(0.95, slots) if reading.is_known and _SAFE.search(masked) and not reading.measures else None


def _calls(ask: Ask) -> Sequence[Call]:
    return metadata_calls(ask, "security", "contracts")


def _write(setting: Setting) -> Draft:
    found = profiles(setting, _calls)
    slots = setting.plan.slots if isinstance(setting.plan.slots, SecuritySlots) else SecuritySlots()
    drafts = [_one(setting, profile, slots) for profile in found]
    has_any = any(draft.facts for draft in drafts)
    text = join_paragraphs(
        *(draft.text for draft in drafts),
        _LIMIT if has_any else "",
        unanswered(setting, found, setting.evidence),
        closing(setting, [profile.result for profile in found[:1]], ("security",)) if has_any else "",
    )
    return Draft(text, tuple(fact for draft in drafts for fact in draft.facts))


def _one(setting: Setting, profile: Profile, slots: SecuritySlots) -> Draft:
    reports = profile.rows("security")
    if not reports:
        return Draft(_unchecked(profile) if setting.is_brief else f"{_unchecked(profile)} {_NEAREST}")
    lead = _verdict(profile, reports[0], slots)
    vendor = shown(reports[0].get("extra", {}).get("source"), 60) if isinstance(reports[0].get("extra"), dict) else ""
    by = f"The check at hand is by {vendor or 'an unnamed vendor'}{f', not by {shown(slots.vendor, 30)}' if slots.vendor and slots.vendor not in vendor.lower() else ''}."
    details = [] if setting.is_brief else [_details(report) for report in reports[:3]]
    facts = [fact for report in reports[:1] for fact in _facts(profile, report)]
    return Draft(join_paragraphs(f"{lead} {by}", *details), tuple(facts))


_NEAREST = "What can be asked of its risk besides: drawdown and volatility, holders, unlocks, and reported exploits."


def _unchecked(profile: Profile) -> str:
    """A coin of its own chain has no contract that could be checked."""
    if not profile.rows("contract_address"):
        return f"{profile.name} has no token contract on record, so there is nothing for a honeypot or contract check to read ({profile.reason('contracts', 'security')})."
    return f"No security check of {profile.name} is at hand: {profile.reason('security')}."


def _verdict(profile: Profile, report: Mapping[str, Any], slots: SecuritySlots) -> str:
    statuses = _statuses(report)
    asked = next(
        ((label, statuses[name]) for name, label in _STATUSES if name == slots.status and name in statuses), None
    )
    if asked is not None:
        return f"{profile.name}: the check for “{asked[0]}” says **{asked[1]}**{_level(report)}."
    if slots.status:
        return f"{profile.name}: the check at hand does not say whether it is one of that kind{_level(report)}."
    made, hit = to_decimal(report.get("checks_made")), to_decimal(report.get("checks_hit"))
    if made is None or hit is None:
        return f"{profile.name} was checked{_level(report)}."
    return f"{profile.name}: **{hit} of {made}** automatic checks of its contract found something{_level(report)}."


def _level(report: Mapping[str, Any]) -> str:
    level = shown(report.get("securityLevel"), 30)
    return f"; the vendor's risk level is {level}" if level else ""


def _statuses(report: Mapping[str, Any]) -> dict[str, str]:
    found = report.get("evmDisplay") or report.get("solanaDisplay")
    if not isinstance(found, Mapping):
        return {}
    return {str(name): text for name, value in found.items() if (text := shown(value, 40))}


def _details(report: Mapping[str, Any]) -> str:
    statuses = _statuses(report)
    hits = [
        item for item in report.get("securityItems") or [] if isinstance(item, Mapping) and item.get("isHit") is True
    ]
    lines = [f"- {label}: {statuses[name]}" for name, label in _STATUSES if name in statuses]
    named = [shown(item.get("des") or item.get("code"), 120) for item in hits[:6]]
    lines += [f"- found: {'; '.join(filter(None, named))}"] if any(named) else []
    extra = report.get("extra")
    lines += _extras(extra) if isinstance(extra, Mapping) else []
    where = f"Contract `{shown(report.get('contract_address'), 120)}` on {shown(report.get('platform'), 40)}:"
    return join_paragraphs(where, "\n".join(lines)) if lines else ""


def _extras(extra: Mapping[str, Any]) -> list[str]:
    taxes = [
        f"{label} tax {text}"
        for name, label in (("buyTax", "buy"), ("sellTax", "sell"))
        if (text := percent(extra.get(name), signed=False))
    ]
    flags = (
        ("isVerified", "source verified"),
        ("isFlaggedByVendor", "flagged by the vendor"),
        ("isReported", "reported by users"),
    )
    said = [f"{label}: {'yes' if extra[name] else 'no'}" for name, label in flags if isinstance(extra.get(name), bool)]
    return [f"- {line}" for line in (join_names(taxes), ", ".join(said)) if line]


def _facts(profile: Profile, report: Mapping[str, Any]) -> list[Fact]:
    facts = [profile.fact(f"security.{name}", value) for name, value in _statuses(report).items()]
    counts = [
        (name, value) for name in ("checks_made", "checks_hit") if (value := to_decimal(report.get(name))) is not None
    ]
    return facts + [profile.fact(f"security.{name}", value) for name, value in counts]


SKILL = Skill(
    name="security",
    title="automatic security checks of a token",
    examples=("is PEPE a honeypot?", "rug pull risk of SHIB", "security check of UNI"),
    tools=(ASSET_METADATA,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="needed",
)
