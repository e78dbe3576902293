"""Network fees: what gas costs on the networks the overview carries, and what a transfer comes to."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import coins, money, number, trimmed
from cryptodesk.models.analyst.questions import AssetRef
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._asking import is_about_meaning, is_for_figures, own_word
from cryptodesk.models.analyst.skills._overview import Part, end_of, fact_at, overview_call, part_of, refusal
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import MARKET_OVERVIEW
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.table import table

__all__ = ["SKILL", "GasSlots"]

_SECTION = "gas"
_NETWORKS = {"eth": "Ethereum"}
_IDS = {1027: "eth"}
_SPEEDS = (("slow", "slow"), ("standard", "standard"), ("fast", "fast"), ("base_fee", "base fee"))
_LABELS = {
    "bsc": "BSC",
    "ton": "TON",
    "zksync": "zkSync",
    "l2": "layer 2",
    "l2s": "layer 2",
    "layer 2": "layer 2",
    "layer-2": "layer 2",
}
_GWEI_A_COIN = Decimal(10) ** 9
_NAMED = Pattern(
    r"\bgas (?:fees?|prices?|costs?|now|today|tracker|spik\w+|levels?|rates?|right now|currently|on|in|for|high|low|cheap|expensive|used)\b|\bgwei\b|\b(?:_+|eth|ethereum|network|current|slow|fast|standard|cheap|average|normal|l1|l2|layer[- ]?[12]) gas\b|\bhow much is (?:the )?gas\b|^gas\W*$"
    r"|\b(?:transaction|network|transfer|tx|blockchain|chain|base|priority|mainnet) (?:fees?|costs?)\b|\bfees? (?:on|of) (?:the )?(?:_+|\w+ ?(?:network|chain|mainnet|blockchain|l2)|layer[- ]?[12]s?|l2s?)\b"
    r"|\bhow (?:expensive|cheap|high|low) (?:is|are) (?:the )?(?:gas|_+ gas|network fees|transactions?|fees on)\b|\bcost (?:of|to) (?:send|sending|transfer|transferring|a transfer|a transaction|mov\w+)\b"
    r"|\bcosts? (?:of|for) (?:a|an|one) (?:_+ |simple |eth |basic |token )*(?:transfers?|transactions?|swaps?|mint)\b|\b(?:a|an|one) (?:_+ |simple |token )*(?:transfer|transaction|swap) costs?\b|\bwh?at (?:would|does|will) (?:a|an|one) (?:_+ |simple |token )*(?:transfer|transaction|swap) cost\b"
    r"|\b(?:send|sending|transfer|transferring) _+ (?:fees?|costs?)\b|\b_+ (?:transfer|send(?:ing)?|transaction|tx|swap) (?:fees?|costs?|gas)\b|\bfees? (?:to|for) (?:send|sending|transfer\w*|mov\w+) "
    r"|\b(?:how much|what) (?:does it cost|is it|would it cost) to (?:send|transfer|move|bridge|swap)\b|\bhow (?:expensive|cheap|costly|pricey) (?:is it|would it be|are things|does it get) to (?:send|transfer|move|bridge|swap|transact|use)\b|\bhow much (?:to|for|does|do|would|is|are|am i)\b.{0,24}\b(?:send|sending|transfer(?:ring)?|moving|move|bridge|swap|transact\w*|transactions?)\b.{0,30}\b(?:on|over|via|through|across) (?:the )?(?:_+|\w+ ?(?:network|chain|mainnet))|\b_+ (?:network|chain|transaction|tx|gas)? ?fees?\b(?= (?:right now|now|today|rn|atm|currently|at the moment)|[ ?.!]*$)|\b(?:what|how much) (?:would|do|will|does|should|am|are) (?:i|we|you|one|it|someone)\b.{0,24}\b(?:pay|paying|spend|cost|set)\b.{0,30}\b(?:send|sending|transfer\w*|mov\w+|swap\w*|bridg\w+|transact\w*|confirm\w*|on (?:mainnet|ethereum|eth|_+))\b|\b(?:transfer|transaction|tx|swap)s? (?:on|over|via) (?:the )?(?:_+|\w+ ?(?:network|chain|mainnet)).{0,20}\bcost|\bcosts? (?:of|for) (?:an?|one) (?:erc-?20 |token |eth |ether )*(?:transfers?|transactions?|swaps?)\b|\b(?:is|are) (?:the )?(?:_+|mainnet|the network) (?:network |chain |mainnet )?(?:cheap|expensive|congested|pricey|busy|costly)\b|\bhow (?:pricey|costly|expensive|cheap|congested) (?:is|are) (?:the )?_+ ?(?:network|chain|mainnet|to use|transactions?|transfers?|right|now|today|[?.!]*$)|\b(?:rate|price|cost|level|fee)s? (?:for|of) gas\b|\bgas (?:at|rn|atm|please|pls|check|rate)\b|\b(?:transfers?|transactions?|tx|swaps?|mint(?:ing)?|approval|sending|send|pushing|push|bridging|moving)\b.{0,60}\b(?:what|how (?:much|high)|which)(?:'s|s| is| are| will| would| do| does)?(?: the| a)? ?(?:fees?|gas)\b|\b(?:what|how (?:much|high|big)|which)(?:'s|s| is| are| will| would| kind of| sort of)?(?: the| a| an)? ?(?:fees?|gas)\b.{0,50}\b(?:transfers?|transactions?|tx|swaps?|send|sending|push|move|mint)\b|\bcheapest (?:\w+ ){0,2}(?:network|chain|blockchain|l2|layer[- ]?2|time to (?:transact|send|transfer|use|swap|bridge))\b"
)
# Most questions hold none of these, and the long pattern is left aside.
_ANY = Pattern(r"gas|gwei|fee|cost|cheap|expensive|pricey|how much|pay|congested|costly|busy")
_MOST_WORDS = 25
_OTHER = Pattern(
    r"\b(?:natural gas|gas (?:token|coin|station|stocks?)|trading fees?|withdrawal fees?|maker|taker|exchange fees?|funding|revenue|tvl|price of gas token|developer activity|tokenomics|fastest)\b"
)
_ALSO_ASKED = Pattern(r"\bdeveloper\b|\btokenomics\b|\badoption\b|\bcompetitors?\b")
_TERM = Pattern(r"(?:gas|gas fees?|gwei|network fees?|transaction fees?|priority fees?|base fees?)")
_PAST = Pattern(
    r"\b(?:spik\w+|ris(?:e|en|ing)|rose|up|down|fall(?:en|ing)?|fell|drop\w*|increas\w+|decreas\w+|higher|lower|jump\w*|surg\w+|chang\w+|averages?|histor\w+|trend\w*|normal|usual)\b"
)
_BEST_TIME = Pattern(
    r"\b(?:cheapest|best|lowest)\b.{0,15}\b(?:time|hour|day|moment)\b|\bwhen\b.{0,20}\b(?:cheap\w*|low\w*)\b"
)
_CHEAPEST = Pattern(
    r"\b(?:cheapest|lowest|which|cheaper|most expensive)\b.{0,25}\b(?:networks?|chains?|blockchains?|l2s?|layer[- ]?2s?)\b"
)
_CHAIN_WORDS = Pattern(
    r"\b(arbitrum|optimism|base|polygon|solana|bsc|bnb (?:smart )?chain|binance smart chain|avalanche|zksync|linea|scroll|blast|fantom|sonic|tron|bitcoin|cardano|sui|aptos|near|ton|starknet|mantle|celo|gnosis|layer[- ]?2s?|l2s?)\b"
)


class GasSlots(Struct, frozen=True):
    """Other networks that the words name, and what is asked for that the tool may not have."""

    networks: tuple[str, ...] = ()
    wants_past: bool = False
    wants_best_time: bool = False
    wants_cheapest: bool = False
    asks_more: bool = False


def _recognise(reading: Reading) -> Claim | None:
    masked = reading.masked
    if reading.words > _MOST_WORDS or not reading.says(_ANY):
        return None
    is_coin = any(asset.text.lower() == "gas" for asset in reading.found.assets)  # Gas, the coin of Neo
    if not (_NAMED.search(masked) or (_NAMED.search(reading.lowered) and not is_coin)) or (
        reading.says(_OTHER) and not reading.says(_ALSO_ASKED)
    ):
        return None
    if not is_for_figures(reading) or is_about_meaning(reading, _TERM):
        return None
    words = tuple(dict.fromkeys(match[1] for match in _CHAIN_WORDS.finditer(masked)))
    has_more = reading.says(_ALSO_ASKED)
    slots = GasSlots(words, reading.says(_PAST), reading.says(_BEST_TIME), reading.says(_CHEAPEST), has_more)
    return Claim(0.93 if has_more else own_word(reading), slots)


def _calls(ask: Ask) -> Sequence[Call]:
    return (overview_call((_SECTION,), ask.plan.currency),)


def _write(setting: Setting) -> Draft:
    part = part_of(setting, _SECTION)
    held = part.at() if part else None
    names = [name for name in held if _level(part, name) is not None] if part and isinstance(held, dict) else []
    if part is None or not names:
        return refusal("Network fees are", part)
    lead = " ".join(_sentence(part, name) for name in names)
    body = _table(part, names) if setting.is_detailed or len(names) > 1 else ""
    slots = _slots(setting)
    alone = "This answers for network fees alone." if slots.asks_more else ""
    first = " ".join(filter(None, (_past_note(setting, slots), _not_carried(setting, slots, names), lead, alone)))
    facts = [fact for name in names for fact in _facts(part, name)]
    return Draft(join_paragraphs(first, body, _computed(part, names, setting), end_of(setting, part)), tuple(facts))


def _level(part: Part | None, name: str) -> Decimal | None:
    """The standard price, else whatever is known of the network's gas."""
    if part is None:
        return None
    return next((value for field, _ in _LEADING if (value := part.figure(name, field)) is not None), None)


_LEADING = (_SPEEDS[1], _SPEEDS[3], _SPEEDS[0], _SPEEDS[2])


def _label(name: str) -> str:
    return _NETWORKS.get(name, shown(name, 40))


def _unit(part: Part, name: str) -> str:
    return shown(part.words(name, "unit"), 20) or "gwei"


def _gwei(value: Decimal) -> str:
    return trimmed(value, 2 if value >= 1 else 4) if value >= Decimal("0.0001") else number(value) or ""


def _sentence(part: Part, name: str) -> str:
    """Every level that is known, the standard one first, and what a transfer costs at it."""
    known = [(words, value) for field, words in _LEADING if (value := part.figure(name, field)) is not None]
    first, *rest = known
    others = f" ({join_names([f'{words} {_gwei(value)}' for words, value in rest])})" if rest else ""
    said = f"Gas on {_label(name)} costs **{_gwei(first[1])} {_unit(part, name)}**, {_article(first[0])}{others}."
    return " ".join(filter(None, (said, _transfer(part, name))))


def _article(words: str) -> str:
    return "the base fee" if words == "base fee" else f"{words} speed"


def _cost(part: Part, name: str, prefix: str) -> tuple[str, Decimal] | None:
    """The example's `cost_…` or `…_price_…` in the currency asked for, with that currency."""
    held = part.at(name, "example_transfer")
    for field in held if isinstance(held, dict) else ():
        found = re.fullmatch(rf"{prefix}_([a-z]{{3,5}})", field)
        value = part.figure(name, "example_transfer", field)
        if found and found[1] != name and value is not None:
            return found[1].upper(), value
    return None


def _transfer(part: Part, name: str) -> str:
    cost, native = _cost(part, name, "cost"), part.figure(name, "example_transfer", f"cost_{name}")
    units = part.figure(name, "example_transfer", "gas_units")
    said = [money(cost[1], cost[0]) if cost else None, coins(native, name.upper()) if native is not None else None]
    known = [text for text in said if text]
    of = f" ({number(units)} gas)" if units is not None else ""
    what = shown(part.words(name, "example_transfer", "what"), 60) or "a transfer"
    return f"{what[0].upper()}{what[1:]}{of} at standard speed comes to {' or '.join(known)}." if known else ""


def _slots(setting: Setting) -> GasSlots:
    return setting.plan.slots if isinstance(setting.plan.slots, GasSlots) else GasSlots()


def _past_note(setting: Setting, slots: GasSlots) -> str:
    period = setting.plan.period
    if slots.wants_best_time:
        return "The tool keeps no past gas prices, so it cannot tell a cheapest hour."
    if not (period and not period.is_weak) and not slots.wants_past:
        return ""
    span = f" over {period.label}" if period and period.kind != "day" else f" on {period.label}" if period else ""
    return f"The tool keeps no past gas prices, so I cannot say how they moved{span}."


def _not_carried(setting: Setting, slots: GasSlots, names: Sequence[str]) -> str:
    """The networks that were asked for and that the tool has nothing of."""
    asked = [_network_of(asset) for asset in setting.plan.assets if _IDS.get(_number(asset)) not in names]
    asked = list(dict.fromkeys([*asked, *(_LABELS.get(word, word.title()) for word in slots.networks)]))
    carried = join_names([_label(name) for name in names])
    if asked:
        return f"The tool has no fees of {join_names(asked, 'or')}; it carries {carried}."
    return (
        f"The tool carries {carried} alone, so it cannot rank networks."
        if slots.wants_cheapest and len(names) < 2
        else ""
    )


def _number(asset: AssetRef) -> int:
    return asset.asset_id if isinstance(asset.asset_id, int) else 0


def _network_of(asset: AssetRef) -> str:
    return shown(asset.name, 60)


def _table(part: Part, names: Sequence[str]) -> str:
    rows = []
    for name in names:
        levels = [part.figure(name, field) for field, _ in _SPEEDS]
        rows.append([_label(name), *(None if level is None else _gwei(level) for level in levels)])
    return table(("Network (gwei)", *(words for _, words in _SPEEDS)), rows)


def _computed(part: Part, names: Sequence[str], setting: Setting) -> str:
    """A transfer at the other speeds, from the gas it uses and the price of the network's coin."""
    lines = []
    for name in names if setting.is_detailed else ():
        units, price = part.figure(name, "example_transfer", "gas_units"), _cost(part, name, rf"{name}_price")
        if units is None or price is None:
            continue
        costs = [
            f"{money(level * units / _GWEI_A_COIN * price[1], price[0])} at {words} speed"
            for field, words in (_SPEEDS[0], _SPEEDS[2])
            if (level := part.figure(name, field)) is not None
        ]
        lines.append(f"On {_label(name)} the same transfer costs {join_names(costs)} (computed).")
    return " ".join(lines)


def _facts(part: Part, name: str) -> list[Fact]:
    unit = _unit(part, name)
    known = [(field, value) for field, _ in _SPEEDS if (value := part.figure(name, field)) is not None]
    facts = [fact_at(part.result, f"{_SECTION}.{name}.{field}", value, unit) for field, value in known]
    cost = _cost(part, name, "cost")
    if cost is not None:
        path = f"{_SECTION}.{name}.example_transfer.cost_{cost[0].lower()}"
        facts.append(fact_at(part.result, path, cost[1], cost[0]))
    return facts


SKILL = Skill(
    name="gas",
    title="network fees",
    examples=(
        "ETH gas",
        "Are ETH gas fees spiking this week?",
        "How much does it cost to send ETH?",
        "gas price in gwei",
    ),
    tools=(MARKET_OVERVIEW,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="optional",
)
