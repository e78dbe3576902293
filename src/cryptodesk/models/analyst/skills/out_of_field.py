"""What no tool of the desk can answer: one sentence on what is missing, and the nearest thing it can do."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.writer.draft import Draft, Setting, join_names

__all__ = ["SKILL", "FieldSlots"]


class _Kind(Struct, frozen=True):
    """`lacks` is what is said to be missing, `nearest` what can be asked instead; `{names}` are the assets."""

    name: str
    confidence: float
    lacks: str
    nearest: str
    asked: Pattern


def _kind(name: str, confidence: float, lacks: str, nearest: str, asked: str) -> _Kind:
    return _Kind(name, confidence, lacks, nearest, Pattern(asked))


# Just above what the rules of named assets decline, and below every skill that has an answer.
_LOW = 0.905
_KINDS = (
    _kind("distress", 0.999, "I am sorry that it is this hard. I am only a desk for market data, and this needs a person.",
          "Please talk to somebody you trust, or call a crisis line now: 988 in the US and Canada, 116 123 in much of Europe; findahelpline.com lists others.",
          r"\b(?:kill(?:ing)? myself|end(?:ing)? (?:my life|it all)|suicid\w*|want to die|take my (?:own )?life|no reason to live|harm(?:ing)? myself)\b"),
    _kind("instructions", 0.9, "I take no instructions of that kind: I answer from data alone, and a text changes neither my rules nor a figure.",
          "Ask me about a coin's figures, its news, or how something in crypto works.",
          r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,30}\b(?:instructions?|rules|prompts?|guidelines|restrictions|safety)\b|\b(?:system prompt|developer mode|jailbreak|(?:hidden|initial|original) (?:prompt|instructions))\b|\byou are (?:now )?(?:dan|an? unrestricted)\b|\b(?:reveal|print|show|repeat|leak|output)\b.{0,20}\b(?:system|hidden|secret) (?:prompt|instructions?|message)\b|\bapi keys?\b.{0,20}\b(?:print|show|reveal|give)\b|\b(?:print|show|reveal|give)(?: me)? (?:your|the) (?:api|secret|private) keys?\b"),
    _kind("links", 0.99, "I cannot open links: no tool here reads a page on request.",
          "Ask for the latest news on {names}, or add the page to the desk's documents with `cryptodesk documents add`.",
          r"https?://\S+|\bwww\.\S+|\b(?:open|read|visit|browse|summari[sz]e) (?:this|the|that) (?:link|url|page|website|tweet|pdf|article)\b"),
    _kind("wallets", 0.985, "I cannot look into wallets: no tool here reads the balances or transactions of an address or a person.",
          "What the desk has are holder counts and the share of whales of a token.",
          r"\bwallets?\b.{0,60}\b0x[0-9a-f]{6,}|\b0x[0-9a-f]{40}\b.{0,120}\b(?:wallet|balance|hold\w*|unclaimed|transactions?|portfolio|worth)\b|\b(?:balance|transactions?|portfolio|holdings|trades) (?:of|in|for) (?:the |this |my )?(?:wallet|address)\b|\b(?:find|track|show|check|analy[sz]e|list)\b.{0,40}\bwallets?\b|\bcopy trad\w+\b|\bmy (?:wallet|transactions?|balance)\b(?!.{0,40}\b(?:safe|secure|protect|stuck|pending|fail\w*|confirm\w*|slow|taking|lost|lose|backed up)\b)"),
    _kind("actions", 0.975, "I cannot act for you: no tool here sends, swaps, bridges, stakes, claims or consolidates anything, and none is near your keys.",
          "I can give prices, conversions and what a token is.",
          r"\bconsolidat\w+\b.{0,40}\b(?:dust|tokens?|wallets?)\b|\b(?:dust|small) (?:tokens?|balances?)\b|^(?:buy|sell|send|transfer|swap|stake) .{1,30}\b(?:for me|on my behalf|to my|from my|my wallet)\b|\b(?:please |can you |could you |go |just )(?:buy|sell|swap|send|transfer|bridge|stake|claim|withdraw|deposit)\b.{0,40}\b(?:for me|from my|to my|my|me)\b|\b(?:place|execute|open|cancel) (?:an? |the |my )?(?:order|trade)s?\b(?! book)|\b(?:set|create|send me) (?:an? |the )?(?:price )?(?:alerts?|reminders?|notifications?)\b|\bremind me\b|\balert me\b|\bnotify me\b"),
    _kind("unlawful", 0.985, "I cannot help with breaking the law or with getting at what belongs to others.",
          "I can tell how a protection, a tax rule or a past case works.",
          r"\b(?:launder\w*|evad\w+ (?:tax\w*|sanctions?)|(?:tax|sanctions?) evasion|dodge (?:tax\w*|sanctions?)|hide (?:\w+ ){0,3}from (?:the )?(?:irs|tax\w*|police|government))\b|\b(?:steal|hack into|break into|drain)\b.{0,30}\b(?:someone|somebody|other people|their|a|his|her)(?:'s)? (?:wallets?|accounts?|coins?|crypto|seed|keys?)\b|\b(?:give|dm|send|tell|show) me .{0,20}\b(?:private keys?|seed phrases?)\b|\bpump[- ]and[- ]dump (?:scheme )?(?:with|for) me\b"),
    _kind("translation", _LOW, "I translate nothing and answer in English only.", "Ask me about a crypto asset in English.",
          r"\btranslat\w+\b|\b(?:in|into|auf|en) (?:spanish|german|french|korean|chinese|japanese|russian|turkish|portuguese|arabic|hindi|italian)\b(?! (?:yen|yuan|won|roubles?|rubles?|lira|rupees?|reais|francs?|pesos?|crowns?|dollars?|currency))"),
    _kind("writing", _LOW, "I write no code, poems, stories, letters or essays: I answer questions about crypto assets, from data alone.",
          "Ask me about crypto: a coin's figures, its news, or how something in the market works.",
          r"\b(?:write|compose|draft|generate|create|make|give|code|program|build) (?:me )?(?:up )?(?:an? |some |the |a short )?(?:python|javascript|solidity|rust|code|script|program|function|smart contract|poem|song|haiku|story|essay|email|e-mail|letter|tweet|blog post|article|rap|novel|recipe|image|picture|logo|meme|regex|bot)\b|\b(?:python|javascript|solidity|sql) (?:code|script|function)\b|\bdebug (?:my|this)\b"),
    _kind("elsewhere", _LOW, "That is outside the desk's field: its tools know crypto assets and nothing else.",
          "Ask me about a coin, a token, an exchange or how something in crypto works.",
          r"\bweather\b|\btemperature (?:in|outside|today)\b|\b(?:will it|is it) rain\w*\b|\brecipes?\b|\bjokes? (?:about|on|with)\b|\bhow (?:do i|to) (?:cook|bake)\b|\b(?:football|soccer|basketball|baseball|tennis|nba|nfl|fifa|world cup|olympics?)\b|\bwho won the\b|\bcapital of [a-z]+\b|\bpresident of\b|\bprime minister\b|\bmovies?\b|\bnetflix\b|\bhoroscope\b|\bhow (?:tall|far|old) is (?:the )?(?:moon|sun|earth|eiffel)\b|\bflights? (?:to|from)\b|\bhotels?\b|\brestaurants?\b|\bmeaning of life\b|\bmedical\b|\bheadache\b|\bhomework\b|\btransformer models?\b"),
    _kind("stocks", _LOW, "The desk has no data on shares, indices, bonds, commodities or currencies by themselves.",
          "It has crypto assets, spot ETFs' flows where a source holds them, and the macro calendar.",
          r"\b(?:stock|share) prices?\b|\bprice of (?:apple|tesla|nvidia|google|amazon|microsoft|oil|silver|gold)\b|\b(?:gold|silver|oil) price\b|\bs&p ?500\b|\bnasdaq\b|\bdow jones\b|\b(?:tesla|apple|nvidia|amazon|microsoft|coinbase|microstrategy) (?:stock|shares?)\b|\bforex\b|\b(?:eur|gbp|jpy|chf|cad|aud|usd|cny|inr|try|euro|pound|yen|dollar) ?(?:/|to|vs\.?|in|against|and)? ?(?:eur|gbp|jpy|chf|cad|aud|usd|cny|inr|try|euro|pound|yen|dollar)s? (?:exchange )?(?:rate|price|pair)\b|\btreasury yields?\b"),
    _kind("judgement", _LOW, "That asks what might follow, or for a judgement, and no data tell that; I do not guess.",
          "Ask for what was measured or reported on {names}: figures over a period, news, or how a thing works.",
          r"\bhow (?:could|might|would|will)\b.{3,160}\b(?:impact|affect|influence|trigger|change|reshape|disrupt)\b|\b(?:are|is|will|does|do)\b.{5,160}\b(?:enough to|dominate|remain the|eventually shift|win out|replace|overtake|survive)\b|\bdo you (?:think|believe|feel)\b|\bwhat do you think\b|\byour opinion\b"),
)  # fmt: skip


class FieldSlots(Struct, frozen=True):
    """`kind` names what cannot be answered."""

    kind: str = ""


def _asks(reading: Reading, kind: _Kind) -> bool:
    """Whether it says so outside of a name of several words: Tether Gold has a price."""
    for match in kind.asked.finditer(reading.lowered):
        named = any(
            start < match.end() and match.start() < end and " " in reading.text[start:end]
            for start, end in reading.found.spans
        )
        if not named:
            return True
    return False


def _recognise(reading: Reading) -> Claim | None:
    kind = next((kind for kind in _KINDS if _asks(reading, kind)), None)
    return None if kind is None else Claim(kind.confidence, FieldSlots(kind.name))


def _calls(ask: Ask) -> Sequence[Call]:
    return ()


def _write(setting: Setting) -> Draft:
    slots = setting.plan.slots
    name = slots.kind if isinstance(slots, FieldSlots) else ""
    kind = next((kind for kind in _KINDS if kind.name == name), _KINDS[-1])
    assets = join_names([shown(asset.label, 60) for asset in setting.resolved.assets[:3]]) or "an asset"
    nearest = "" if setting.is_brief else f" {kind.nearest.format(names=assets)}"
    return Draft(f"{kind.lacks}{nearest}")


SKILL = Skill(
    name="out_of_field",
    title="what lies outside the desk's field",
    examples=(
        "what is the weather in Berlin",
        "summarize https://example.com/article",
        "write me a poem about bitcoin",
    ),
    tools=(),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="optional",
)
