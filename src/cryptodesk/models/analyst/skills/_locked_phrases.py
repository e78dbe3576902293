"""How people ask for value locked: of all of DeFi, of a chain, of a protocol, of a kind of protocols."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._asking import is_about_meaning, is_for_figures, own_word
from cryptodesk.models.analyst.skills._places import PLACED, find_place

__all__ = ["SHARE", "Kind", "TvlSlots", "find_slots"]

Kind = Literal["total", "chains", "protocols", "group", "named"]

_TVL = Pattern(
    r"\btvl\b|\b(?:total )?value (?:is )?locked\b|\blocked (?:value|up in|in (?:defi|_+|\w+ protocols?))\b|\bdeposits? in (?:defi|_+)\b"
    r"|\bhow much (?:of (?:all )?(?:the )?defi|(?:is |money |value |capital |crypto )+locked)\b.{0,20}\b(?:on|in) _|\b_+(?:'s)? share of (?:all )?defi\b|\bshare of defi (?:on|in|of|does) _"
    r"|\b(?:money|capital|value|funds|assets|dollars|deposits?|crypto|billions?|cash|usd|wealth)\b.{0,40}\b(?:in|into|inside|within|across|throughout|by) (?:all (?:of )?)?(?:the )?(?:whole (?:of )?|entire )?(?:defi|decentrali[sz]ed finance)\b(?! (?:coins?|tokens?|news))"
    r"|\b(?:defi|decentrali[sz]ed finance)(?:'s)?(?: protocols?| apps?| platforms?| projects?)?\b.{0,24}\b(?:hold|holds|held|holding|locked|deposits?|deposited|secure|custody|put together|all together|altogether|combined|in total)\b"
    r"|\b(?:locked|deposited|parked|sitting|held|stashed|tied up|invested|sits?) (?:up )?(?:\w+ )?(?:in|into|across|on|by|inside) (?:all (?:of )?)?(?:the )?(?:whole )?(?:defi|decentrali[sz]ed finance|(?:lending|lend|yield|restaking|liquid staking|dex|borrowing) (?:protocols?|apps?|platforms?|markets?))\b|^(?:so |ok |and )?how (?:big|large) is (?:the )?(?:whole |entire )?defi(?: (?:now|today|right now|currently|overall|market|sector|space|in (?:dollars|usd|total)))*[ ?.!]*$"
    r"|\b(?:chains?|blockchains?|networks?|protocols?|dapps?|l2s?|layer[- ]?2s?|platforms?)\b.{0,30}\b(?:most|biggest|largest|highest|by|top)\b.{0,20}\b(?:money|value|capital|deposits?|funds|assets)\b(?! (?:inflow|outflow|raised|transfer))(?:.{0,12}\b(?:locked|deposited|in it|on it|held|parked)\b|[ ?.!]*$)|\b(?:deposited|parked|locked up|staked away) (?:in|on|into|with|inside) _|\b(?:money|value|capital|funds|assets|dollars|crypto) (?:that is |is )?locked (?:up )?(?:in|on|into|across|inside) _|_+(?:'s)? (?:total )?deposits\b(?! (?:fee|address|limit|method))|\b(?:chains?|protocols?|dapps?|apps?)\b.{0,20}\bby deposits\b"
    rf"|\b{PLACED} (?:\w+ ){{0,2}}defi (?:protocol|app|project|platform)s?\b"
)
_CHAINS = Pattern(r"\b(?:chains?|blockchains?|networks?|l1s?|layer[- ]?1s?|ecosystems?)\b")
_PROTOCOLS = Pattern(r"\b(?:protocols?|projects?|dapps?|apps?|platforms?)\b")
_STAKED = Pattern(r"(?<!liquid )(?<!liquid-)\bstak(?:ing|ed)\b")
_COINS = Pattern(r"\b(?:coins?|tokens?|cryptos?|altcoins?)\b")
_LIST = Pattern(
    rf"\b(?:top|biggest|largest|most|highest|rank\w*|list|which|leading|by tvl|by total value)\b|(?<![\w#]){PLACED}"
)
_PAST = Pattern(
    r"\b(?:ris(?:e|en|ing)|rose|gain\w*|grow\w*|grew|up|down|fall\w*|fell|drop\w*|los(?:e|t|ing)|declin\w*|increas\w*|decreas\w*|chang\w*|trend\w*|histor\w*)\b"
)
# The screener's tags by the words for them; the first that fits counts.
_GROUPS: tuple[tuple[str, Pattern], ...] = tuple(
    (tag, Pattern(rf"\b(?:{words})\b"))
    for tag, words in (
        ("restaking", r"(?:liquid )?re-?staking|lrts?|avs"),
        ("liquid-staking", r"liquid[- ]stak(?:ing|ed)|lsts?|lsds?|lsdfi"),
        ("layer-2", r"layer[- ]?(?:2|two)s?|l2s?|roll-?ups?"),
        ("lending", r"lend(?:ing|ers?)|borrow(?:ing)?|money markets?"),
        ("dex", r"dexe?s?|dex protocols?|decentrali[sz]ed exchanges?|amms?"),
        ("rwa", r"rwas?|real[- ]world assets?|tokeni[sz]ed assets?"),
        ("yield-farming", r"yield(?:[- ]farming| aggregators?)?"),
        ("derivatives", r"derivatives?|perps?|perpetuals?"),
    )
)
# What is locked on a chain; locked tokens of a coin are another skill's.
_LOCKED_ON = Pattern(r"\blocked (?:up )?(?:on|across) _")
SHARE = Pattern(r"\b(?:share|part|portion|slice|percent(?:age)?|how much of)\b")
_CHAIN_NAMES = Pattern(
    r"\b(arbitrum|optimism|base|polygon|solana|bsc|bnb (?:smart )?chain|avalanche|zksync|linea|scroll|blast|fantom|sonic|tron|sui|aptos|ton|starknet|mantle|celo|gnosis|berachain|hyperliquid l1|monad)(?='?s?\b)(?! on)"
)
_OTHER = Pattern(
    r"\b(?:ratio|market cap to tvl|mcap|above|below|over \$|under \$|more than|less than|at least|undervalued)\b"
)
_TERM = Pattern(r"(?:tvl|total value locked|value locked|defi)")
_MOST_WORDS = 18


class TvlSlots(Struct, frozen=True):
    """Whose value is asked for. `chains` are networks that are named and are no asset of the desk; `place` is the one of
    a list that is asked for, 1 the largest."""

    kind: Kind = "total"
    tag: str = ""
    chains: tuple[str, ...] = ()
    wants_past: bool = False
    wants_share: bool = False
    place: int = 1


def find_slots(reading: Reading) -> tuple[TvlSlots, float] | None:
    masked = reading.masked
    if reading.words > _MOST_WORDS or not _TVL.search(masked):
        return None
    if not is_for_figures(reading) or is_about_meaning(reading, _TERM) or _OTHER.search(masked):
        return None
    if reading.is_known and _STAKED.search(masked):  # what is staked of a coin is another figure
        return None
    if _LIST.search(masked) and _COINS.search(masked):  # the screener ranks coins by any figure
        return None
    slots = _slots(reading, masked, wants_past=_PAST.search(masked) is not None)
    is_list = slots.kind in {"chains", "protocols"}
    sure = 0.985 if _LOCKED_ON.search(masked) else 0.97
    return slots, 0.99 if is_list else max(sure, own_word(reading))


def _slots(reading: Reading, masked: str, *, wants_past: bool) -> TvlSlots:
    chains = tuple(dict.fromkeys(match[1] for match in _CHAIN_NAMES.finditer(masked)))
    if reading.is_known or chains:
        wants_share = SHARE.search(masked) is not None
        return TvlSlots("named", chains=chains, wants_past=wants_past, wants_share=wants_share)
    tag = next((tag for tag, pattern in _GROUPS if pattern.search(masked)), "")
    if tag:
        return TvlSlots("group", tag, wants_past=wants_past)
    is_list, place = _LIST.search(masked) is not None, find_place(masked)
    if is_list and _CHAINS.search(masked):
        return TvlSlots("chains", wants_past=wants_past, place=place)
    is_protocols = is_list and _PROTOCOLS.search(masked) is not None
    return TvlSlots("protocols" if is_protocols else "total", wants_past=wants_past, place=place)
