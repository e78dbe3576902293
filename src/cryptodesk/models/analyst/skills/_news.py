"""Subjects of news: by which words they are asked for, searched for and told from what is beside them."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.questions import AssetRef, Period
from cryptodesk.models.analyst.skills._passages import Passage
from cryptodesk.models.analyst.skills._quoting import stems

__all__ = [
    "TOPICS", "NewsTopic", "asset_words", "date_range", "fitting", "has_subject", "mentions", "proper_names", "topic_of", "window_start",
    "without_names",
]  # fmt: skip


class NewsTopic(Struct, frozen=True):
    """`asked` is how a question names it, `words` what is searched for, `told` what an item on it says. With
    `has_background` the handbook tells of it too."""

    name: str
    label: str
    words: str
    asked: Pattern
    told: Pattern
    has_background: bool = False


def _topic(name: str, label: str, words: str, asked: str, told: str, *, background: bool = False) -> NewsTopic:
    return NewsTopic(name, label, words, Pattern(asked), Pattern(told, re.IGNORECASE), background)


TOPICS = (
    _topic("exploits", "hacks and exploits", "exploit hack stolen drained attack",
           r"\b(?:hack(?:ed|s|ers?)?|exploit(?:ed|s)?|stolen|drained|breach(?:ed|es)?|security incidents?|phishing attack|attacked|compromised|rugged|rug ?pulls? (?:this|last|today|recently))\b",
           r"\b(?:hack|exploit|stol|drain|breach|attack|phish|theft|compromis)", background=True),
    _topic("outages", "network outages", "network outage halted blocks downtime",
           r"\boutages?\b|\bdowntime\b|\b(?:network|chain|blockchain)s? (?:is |are |was |went |go(?:es)? )?(?:down|halted|offline|stuck|issues?|problems?)\b|\bstopped producing blocks\b|\bhalt(?:ed|s)?\b",
           r"\b(?:outages?|downtime|offline|stopp\w+ producing|block production|(?:chain|network|blocks?) \w* ?halt\w*|halt\w* (?:the )?(?:chain|network|blocks?))"),
    _topic("listings", "exchange listings", "exchange lists new token trading pair listing",
           r"\b(?:exchange|binance|coinbase|kraken|okx|bybit|kucoin|upbit|new|latest|recent|upcoming|token|coin) (?:token |coin )?listings?\b|\blistings? (?:on|at|by|of|are|this|today)\b|\bde-?list\w*\b|\b(?:to|will|just|newly|recently|planning to|did|getting|got|been|was) list(?:ed|ing)?\b|\btrading pairs?\b.{0,50}\blist\w*\b|\blist\w*\b.{0,50}\btrading pairs?\b|\blisted on\b",
           r"\b(?:lists|listed|listings?|delist\w*|trading pairs?|trading opens|spot trading)\b"),
    _topic("partnerships", "partnerships", "partnership partners with integration collaboration",
           r"\bpartner(?:s|ed|ing|ships?)?\b|\bcollaborat\w+\b|\bteam(?:s|ed|ing)? up\b|\bjoint venture\b|\bintegrations?\b|\bintegrat(?:es|ed|ing)\b",
           r"\b(?:partnerships?|partner(?:s|ed|ing)? (?:with|up)|collaborat\w+|team(?:s|ed|ing)? up|integrat\w+|joins? forces|alliance|works? with)\b"),
    _topic("regulation", "regulators and courts", "regulator lawsuit court law ruling fine charges",
           r"\bregulat(?:ors?|ory|ions?|ed|ing)\b|\blawsuits?\b|\bsu(?:es|ed|ing)\b|\bcourts?\b|\blegislat\w+\b|\b(?:sec|cftc|esma|fca|doj|mica)\b.{0,40}\b(?:charg\w+|action|case|rul\w+|approv\w+|decision|fine\w*|investigat\w+|update\w*|say\w*|doing)\b|\bbann?(?:ed|ing|s)?\b|\bindict\w+\b|\bunder investigation\b",
           r"\b(?:regulat|lawsuit|court|sued|suing|law\b|laws\b|legislat|licen[cs]e|fine|charge|ban|bann|authorit|commission|supervis|ruling|sanction|SEC\b)", background=True),
    _topic("airdrops", "airdrops", "airdrop claim eligible snapshot tokens distribution",
           r"\bair-?drop(?:s|ped|ping)?\b|\bpoints? (?:program|farming|season)\b", r"\bair-?drop|\beligib|\bclaim"),
    _topic("launches", "launches and upgrades", "mainnet launch upgrade testnet goes live release",
           r"\b(?:launch(?:ed|es|ing)?|release[ds]?|new)\b.{0,20}\b(?:mainnets?|testnets?|tokens? launch\w*|upgrades?|protocols?|versions?)\b|\bmainnet (?:launch\w*|live|release)\b|\b(?:upcoming|latest|next|recent|network|protocol) upgrades?\b|\bwent live\b|\bgo(?:es|ing)? live\b|\broad ?map\b",
           r"\b(?:launch\w*|mainnet|testnet|go(?:es|ing)? live|went live|releas\w+|(?:network|protocol|hard fork|chain) upgrades?|hard forks?|roadmap)\b"),
    _topic("etfs", "exchange-traded funds", "ETF approval decision filing fund",
           r"\betfs?\b.{0,40}\b(?:approv\w+|decision|filing|filed|news|update\w*|delay\w*|deadline|application)\b|\b(?:approv\w+|decision|filing|filed|news|update\w*|delay\w*|deadline)\b.{0,40}\betfs?\b",
           r"\b(?:ETFs?|exchange-traded|fund)\b", background=True),
    _topic("bridges", "cross-chain bridges", "cross-chain bridge bridging",
           r"\bbridg(?:es?|ing|ed)\b|\bcross[- ]chain\b", r"\b(?:bridg|cross[- ]chain)"),
)  # fmt: skip

_FILLERS = frozenset(
    """
    news headline headlines latest newest recent recently happening going update updates announcement announcements
    announced story stories today week month year day days now currently anything summary summarize summarise show
    list breaking top crypto project projects token tokens coin coins sector space field thing things heard tell brief
    details known new which report reports paper say says read everything development developments popular trending
    debate debates discussion discussions affect impact trigger reaction chain facing pressure caused attention expected
    draw attract planned planning exchange exchanges pair pairs yesterday tomorrow weekend monday tuesday wednesday
    thursday friday saturday sunday january february march april may june july august september october november
    december press media papers paper article articles coverage reported reporting reports wrote write written said
    saying fill catch bring speed date interesting important biggest main key major summary overview roundup digest
    happened missed miss hour hours morning evening night quick quickly three five ten two four past last since until please
    """.split()  # noqa: SIM905 - a list of words is easier to read as words
)
_FEWEST_BACK = timedelta(days=21)
_PROPER = Pattern(
    r"(?<!^)(?<![.?!] )\b(?:[A-Z][a-z]{2,}(?:[A-Z][a-z]+)*|[A-Z][a-z]+[A-Z]\w+)\b"
    r"|\b(?:binance|coinbase|kraken|okx|bybit|kucoin|upbit|gemini|bitget|bitfinex|bitstamp|crypto\.com|metamask|blackrock|circle|tether)\b"
)
_NO_NAMES = frozenset(
    """
    defi gamefi cefi dao daos web3 nft nfts crypto telegram reddit twitter today what which who how are the and any give
    show tell latest news january february march april may june july august september october november december monday
    tuesday wednesday thursday friday saturday sunday fed layer project projects token tokens coin coins exchange
    """.split()  # noqa: SIM905
)
_SPACES = Pattern(r"[_\s]+")


def topic_of(lowered: str) -> NewsTopic | None:
    return next((topic for topic in TOPICS if topic.asked.search(lowered)), None)


def without_names(masked: str) -> str:
    """The words of the question without the names of its assets, which a follow-up may replace."""
    return _SPACES.sub(" ", masked).strip(" ?!.,")


def asset_words(assets: Sequence[AssetRef]) -> str:
    return " ".join(f"{asset.name} {asset.symbol}".strip() for asset in assets)


def date_range(period: Period | None, today: date) -> dict[str, str]:
    """The dates of the search; empty where the question names none, or only "today". Of a stretch that ends today the
    search reaches further back, so that an empty week can be told with what was before it."""
    if period is None or period.is_weak or period.problem or period.kind == "all":
        return {}
    start = window_start(period, today)
    if period.end is not None and period.end < today:
        return {
            "published_after": period.start.isoformat() if period.start else "",
            "published_before": period.end.isoformat(),
        }
    return {"published_after": (start - max(4 * (today - start), _FEWEST_BACK)).isoformat()}


def window_start(period: Period | None, today: date) -> date:
    """The first day that the question asks for; long ago where it names none."""
    if period is None or period.is_weak or period.problem or period.kind == "all":
        return date.min
    if period.start is not None:
        return period.start
    return today - timedelta(days=max(1, -(-period.count // 24)) if period.kind == "hours" else period.count)


def proper_names(text: str, spans: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """Names in a question that are no asset's: an exchange, a company, a report's author."""
    found = (match for match in _PROPER.finditer(text) if not any(s <= match.start() < e for s, e in spans))
    return tuple(dict.fromkeys(match[0] for match in found if match[0].lower() not in _NO_NAMES))[:3]


def fitting(
    passages: Sequence[Passage], query: str, topic: NewsTopic | None, names: Sequence[str] = ()
) -> tuple[Passage, ...]:
    """Those that speak of the subject and of one of the names where any does, newest first."""
    kept = _on_topic(passages, topic) if topic else _on_subject(passages, query)
    named = [passage for passage in kept if mentions(passage, names)]
    return tuple(sorted(named or kept, key=lambda passage: passage.published_at, reverse=True))


def has_subject(query: str) -> bool:
    return any(word not in _FILLERS for word in stems(query).values())


def mentions(passage: Passage, names: Sequence[str]) -> bool:
    said = f"{passage.title} {passage.text}".lower()
    return any(name.lower() in said for name in names)


def _on_topic(passages: Sequence[Passage], topic: NewsTopic) -> list[Passage]:
    """By their titles; where none tells, by their texts."""
    titled = [passage for passage in passages if topic.told.search(passage.title)]
    return titled or [passage for passage in passages if topic.told.search(passage.text)]


def _on_subject(passages: Sequence[Passage], query: str) -> list[Passage]:
    subject = {stem for stem, word in stems(query).items() if word not in _FILLERS}
    return [p for p in passages if not subject or len(subject & set(stems(f"{p.title} {p.text}"))) * 2 >= len(subject)]
