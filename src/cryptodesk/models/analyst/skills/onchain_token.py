"""A token by its contract address: price, liquidity, trading, holders and pools, as seen on the chain."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import big_money, money, number, percent
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._leverage import CoinRow
from cryptodesk.models.analyst.skills._listed import rows_of
from cryptodesk.models.analyst.skills._overview import fact_at, pull_hint
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import ID_LOOKUP, MARKET_DATA
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing
from cryptodesk.models.analyst.writer.table import table

__all__ = ["SKILL", "TokenSlots"]

_CHAINS = {
    "ethereum": "ethereum", "eth": "ethereum", "mainnet": "ethereum", "bsc": "bsc", "bnb chain": "bsc", "bnb smart chain": "bsc", "binance smart chain": "bsc",
    "base": "base", "arbitrum": "arbitrum", "optimism": "optimism", "polygon": "polygon", "solana": "solana", "sol": "solana", "avalanche": "avalanche",
    "tron": "tron", "sui": "sui", "aptos": "aptos", "ton": "ton", "fantom": "fantom", "linea": "linea", "blast": "blast", "scroll": "scroll", "zksync": "zksync",
}  # fmt: skip
_EVM = r"0x[0-9a-fA-F]{40}(?![0-9a-zA-Z])"
# Base58, as on Solana: digits, small and capital letters, so that no word is taken for an address.
_BASE58 = r"(?=[1-9A-HJ-NP-Za-km-z]{0,43}[1-9])(?=[1-9A-HJ-NP-Za-km-z]{0,43}[A-HJ-NP-Z])(?=[1-9A-HJ-NP-Za-km-z]{0,43}[a-km-z])[1-9A-HJ-NP-Za-km-z]{32,44}(?![0-9A-Za-z])"
_TOKEN = Pattern(rf"(?<![0-9A-Za-z/.])(?:(?P<platform>[a-z][a-z0-9-]{{1,20}}):)?(?P<address>{_EVM}|{_BASE58})")
_ON_CHAIN = Pattern(r"\bon (?:the )?(" + "|".join(sorted(_CHAINS, key=len, reverse=True)) + r")\b")
_OTHER = Pattern(
    r"\b(?:wallets?|balances?|portfolio|airdrops?|unclaimed|vesting|transaction|tx|hash|honeypot|rug\w*|scam|safe|audit\w*|security|owner of|send|transfer|swap|https?)\b"
)
_TOKEN_WORD = Pattern(
    r"\b(?:tokens?|coins?|contract|price|liquidity|holders?|pools?|market cap|mcap|fdv|volume|trading at|worth|buys?|sells?|info|data|about|stats|what(?:'s| is)|which)\b"
)
_METRICS = ("price", "market_cap", "volume", "returns", "liquidity", "holders")
_WHERE = ((("liquidity",), Pattern(r"\bliquidity\b|\bpools?\b|\bpairs?\b")), (("holders",), Pattern(r"\bholders?\b|\bholding\b")), (("volume",), Pattern(r"\bvolume\b|\bbuys?\b|\bsells?\b|\btraders?\b")), (("market_cap",), Pattern(r"\bmarket cap\b|\bmcap\b|\bfdv\b")))  # fmt: skip
_MOST = 5


class TokenSlots(Struct, frozen=True):
    """`ids` as the tools read them: "<platform>:<address>", or the address alone where no chain was named."""

    ids: tuple[str, ...]
    focus: str = "price"


def _recognise(reading: Reading) -> Claim | None:
    found = list(_TOKEN.finditer(reading.text))
    if not found or reading.says(_OTHER):
        return None
    chain = _ON_CHAIN.search(reading.lowered)
    named = _CHAINS[chain[1]] if chain else ""
    ids = tuple(dict.fromkeys(_token_id(match, named) for match in found))[:_MOST]
    focus = next((fields[0] for fields, pattern in _WHERE if reading.says(pattern)), "price")
    rest = _TOKEN.sub(" ", reading.text)
    is_alone = len(rest.split()) <= 4
    return Claim(0.98 if is_alone or reading.says(_TOKEN_WORD) else 0.92, TokenSlots(ids, focus))


def _token_id(match: re.Match[str], chain: str) -> str:
    platform = (match["platform"] or "").lower()
    platform = _CHAINS.get(platform, platform) or chain
    return f"{platform}:{match['address']}" if platform else match["address"]


def _calls(ask: Ask) -> Sequence[Call]:
    """The lookup goes first: it knows a contract of the catalogue even where no source has its figures."""
    slots = ask.plan.slots
    if not isinstance(slots, TokenSlots):
        return ()
    figures = Call(MARKET_DATA, {"asset_type": "onchain_token", "ids": list(slots.ids), "metrics": list(_METRICS)})
    addresses = ", ".join(token.rpartition(":")[2] for token in slots.ids)
    if len(addresses) > 200 or not ask.offer.allows(ID_LOOKUP):
        return (figures,)
    return (Call(ID_LOOKUP, {"query": addresses, "asset_type": "onchain_token"}), figures)


def _write(setting: Setting) -> Draft:
    slots = setting.plan.slots if isinstance(setting.plan.slots, TokenSlots) else TokenSlots(())
    rows = rows_of(setting.evidence, "onchain_token")
    lines = [_sentence(row, slots.focus, is_brief=setting.is_brief) for row in rows]
    lines += [_absent(setting, token) for token in slots.ids if not any(_is_it(row, token) for row in rows)]
    body = (
        ""
        if setting.is_brief
        else join_paragraphs(*(_pools(row) for row in rows if slots.focus == "liquidity" or setting.is_detailed))
    )
    note = _holders(rows) if (setting.is_detailed or slots.focus == "holders") and not setting.is_brief else ""
    results = list({id(row.result): row.result for row in rows}.values())
    hint = "" if rows else pull_hint(setting.evidence.results_of(MARKET_DATA))
    text = join_paragraphs(" ".join(lines), note, body, hint, closing(setting, results) if results else "")
    return Draft(text, tuple(fact for row in rows for fact in _facts(row)))


def _is_it(row: CoinRow, token: str) -> bool:
    address = token.rpartition(":")[2].casefold()
    return address in {str(row.row.get("address")).casefold(), row.asset_id.rpartition(":")[2].casefold()}


def _absent(setting: Setting, token: str) -> str:
    """What the lookup knows of the contract, and why there are no figures."""
    address = token.rpartition(":")[2]
    named = [
        row
        for result in setting.evidence.results_of(ID_LOOKUP)
        for row in result.rows("onchain_token_id_look_up_result")
        if str(row.get("address", "")).casefold() == address.casefold()
    ]
    reasons = [gap.reason for result in setting.evidence.results_of(MARKET_DATA) for gap in result.unavailable]
    failure = setting.evidence.failure(MARKET_DATA)
    why = shown(next((reason for reason in reasons if not reason.startswith("data pull:")), failure), 200)
    tail = f": {why}" if why else ""
    if not named:
        return f"No figures of the contract {_short(address)} are at hand{tail}."
    name, symbol = shown(named[0].get("name"), 60), shown(named[0].get("symbol"), 24)
    platform = shown(named[0].get("platform"), 40)
    return f"The contract {_short(address)} is {name} ({symbol}) on {platform}; no figures of it are at hand{tail}."


def _short(address: str) -> str:
    return f"{address[:6]}…{address[-4:]}"


def _label(row: CoinRow) -> str:
    platform = shown(row.row.get("platform"), 40)
    return f"{row.label}{f' on {platform}' if platform else ''}"


def _parts(row: CoinRow) -> dict[str, str]:
    """What is known, by the metric it belongs to."""
    price, change = row.figure("price"), row.figure("percent_change_24h")
    cap, fdv = row.figure("market_cap"), row.figure("fdv")
    volume, liquidity, holders = row.figure("volume_24h"), row.figure("liquidity"), row.figure("holders")
    moved = f" ({percent(change)} over 24 hours)" if change is not None else ""
    diluted = f" (fully diluted {big_money(fdv)})" if fdv is not None else ""
    return {
        "price": f"price **{money(price)}**{moved}" if price is not None else "",
        "market_cap": f"market cap {big_money(cap)}{diluted}" if cap is not None else "",
        "volume": f"24-hour volume {big_money(volume)}{_trades(row)}" if volume is not None else "",
        "liquidity": f"liquidity {big_money(liquidity)}" if liquidity is not None else "",
        "holders": f"{number(holders)} holders" if holders is not None else "",
    }


def _trades(row: CoinRow) -> str:
    buys, sells = row.figure("buys_24h"), row.figure("sells_24h")
    return f" in {number(buys)} buys and {number(sells)} sells" if buys is not None and sells is not None else ""


def _sentence(row: CoinRow, focus: str, *, is_brief: bool) -> str:
    parts = _parts(row)
    order = [focus, *(name for name in parts if name != focus and (not is_brief or name == "price"))]
    known = [parts[name] for name in order if parts[name]]
    missing = "" if parts[focus] else f" Its {focus.replace('_', ' ')} is not known: {row.why(focus)}."
    return f"{_label(row)}: {join_names(known)}.{missing}" if known else f"{_label(row)}.{missing}"


def _pools(row: CoinRow) -> str:
    pools = row.rows("pools")
    cells = [
        [
            f"{shown(pool.get('pair'), 40) or 'unnamed'} · {shown(pool.get('exchange'), 40) or 'unnamed'}",
            money(pool.get("price")),
            big_money(pool.get("liquidity")),
            big_money(pool.get("volume_24h")),
        ]
        for pool in pools
    ]
    return (
        table((f"Deepest pools of {row.symbol or row.label}", "price", "liquidity", "24h volume"), cells)
        if cells
        else ""
    )


def _holders(rows: Sequence[CoinRow]) -> str:
    """How much the largest hold, where the tool says it."""
    lines = []
    for row in rows:
        shares: list[tuple[str, Any]] = [
            ("the largest holders together have {}", row.figure("top_holders_pct")),
            ("its developer has {}", row.figure("developer_pct")),
            ("whales have {}", row.figure("holder_shares", "whales_pct")),
        ]
        said = [text.format(percent(value, signed=False)) for text, value in shares if value is not None]
        if said:
            lines.append(f"Of {row.symbol or row.label} {join_names(said)} of the supply.")
    return " ".join(lines)


def _facts(row: CoinRow) -> list[Fact]:
    units = {"price": "USD", "market_cap": "USD", "volume_24h": "USD", "liquidity": "USD", "holders": ""}
    known = [(name, value, unit) for name, unit in units.items() if (value := row.figure(name)) is not None]
    return [fact_at(row.result, name, value, unit, symbol=row.symbol) for name, value, unit in known]


SKILL = Skill(
    name="onchain_token",
    title="tokens by their contract address",
    examples=(
        "price of 0xdac17f958d2ee523a2206206994597c13d831ec7",
        "ethereum:0x1f9840a85d5af5bf1d1762f925bdaddc4201f984 liquidity",
        "how many holders does 0x1f9840a85d5af5bf1d1762f925bdaddc4201f984 have",
    ),
    tools=(MARKET_DATA, ID_LOOKUP),
    recognise=_recognise,
    calls=_calls,
    write=_write,
)
