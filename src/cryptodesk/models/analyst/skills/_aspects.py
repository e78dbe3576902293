"""What of a project's profile a question asks for, by the words it is asked with."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from cryptodesk.core.patterns import Pattern

__all__ = ["aspects_in"]

_SIMILAR_NAMED = Pattern(
    r"\b(?:coins?|tokens?|projects?|assets?|cryptos?|something|anything) (?:like|similar to|comparable to)\b|\bsimilar (?:coins?|tokens?|projects?|assets?|to)\b|\balternatives? (?:to|of|for)\b|\bcompetitors? (?:of|to)\b|\b(?:'s|its|their|main|_) competitors?\b|\bwith other (?:\w+ )?(?:projects?|coins?|tokens?)\b|\bpeers? of\b"
)
_ASPECTS: tuple[tuple[str, Pattern], ...] = (
    ("contracts", Pattern(r"\b(?:contract|token|smart[- ]contract|(?:erc|bep|trc)-?20(?: token| contract)?|spl(?: token)?|mint) addr(?:ess(?:es)?|y)?\b|_(?:'s)? (?:address(?:es)?|addy|contract)\b|\baddress(?:es)? (?:for|on)\b|\bcontract(?: address)? (?:to add|i can)\b|\bcontracts? (?:of|for|on)\b|\b(?:ca|contract) (?:of|for)\b|_ (?:contract|ca)\b|\baddress of\b|\b(?:which|what) (?:chain|network|blockchain)s?\b.{0,12}\b(?:is|are|does|do)\b.{0,12}_|\bis _+ an? erc-?20\b")),
    ("website", Pattern(r"\bweb ?sites?\b|\bhome ?page\b|\bofficial (?:site|page|url|link)s?\b|\burl\b|\bofficial links?\b|\blinks? (?:of|for|to)\b")),
    ("technical_doc", Pattern(r"\b(?:white|lite|yellow) ?papers?\b|\b(?:technical )?(?:docs|documentation)\b")),
    ("source_code", Pattern(r"\bgit ?hub\b|\bsource ?code\b|\b(?:the|its|find) source (?:for|of)\b|\bcode ?base\b|\bwhere(?:'s| is) the code\b|\brepos?(?:itory|itories)?\b|\bopen[- ]source\b")),
    ("explorer", Pattern(r"\b(?:block(?:chain)? )?explorers?\b")),
    ("social", Pattern(r"\b(?:official |'s )?(?:twitter|telegram|discord|reddit|x) (?:link|account|handle|page|channel|group|server|url)s?\b|\bofficial (?:twitter|telegram|discord|reddit)\b|\bha(?:s|ve) (?:an?|any|its own|their own) (?:official )?(?:twitter|telegram|discord|sub-?reddit|reddit|x account|facebook|youtube|medium|blog)\b|\b(?:sub-?reddit|twitter|telegram|discord) (?:of|for) _|\b(?:social|community) (?:links?|channels?|accounts?)\b")),
    ("team", Pattern(r"\bfound(?:ers?|ed)\b|\bco-?founders?\b|\bteam\b|\bwho(?:'s| is| are| was| were)? (?:behind|built|builds|runs?|owns?|developed|develops|founded|the (?:creators?|founders?|developers?|ceo|team|people))\b|\bcreators?\b|\bkey contributors?\b|\bceo\b")),
    ("category", Pattern(r"\bcategor(?:y|ies)\b|\bwhat sector\b|\bsector (?:of|is)\b|\btags? (?:of|for|on|does|is|are|has)\b|\b(?:which|what)(?: \w+)? tags?\b|_+(?:\'s)? tags?\b|\btagged\b|\blabel(?:s|led|ed) (?:of|for|as)\b")),
    ("launch", Pattern(r"\blaunch date\b|\bhow old is\b|\b(?:which|what) year (?:was|did|is) (?:the )?_+.{0,20}\b(?:launch\w*|start\w*|creat\w*|found\w*|releas\w*|go live|come out|made|born|begin|appear\w*|invented|listed)|\b(?:which|what) year saw (?:the )?(?:launch|birth|start|creation)|_+.{0,10}\b(?:launched|started|created|founded|released|went live|came out|begin|began) (?:in )?(?:which|what) year\b|\bwhen did _+ (?:go live|first (?:launch|start|appear)|launch|start|begin|come out|debut|appear|come into)\b|\bhow long (?:has|have|is) _+ (?:been (?:around|live|running|out|trading|alive)|existed)\b|\b_+ (?:launch|start|birth|inception) (?:date|year)\b|\b(?:date|year|day) (?:of|when|that) (?:the )?_+(?:'s)? (?:launch\w*|creation|was)\b|\bage of _|\bhow many years\b.{0,20}_+ (?:been|exist\w*)|\brelease date\b|\bdate of launch\b|\bgenesis\b")),
    ("purpose", Pattern(r"\buse[- ]cases?\b|\butility\b|\bused for\b|\bpurpose\b|\bcore (?:utility|innovation)\b|\bwhat problem\b|\bgood for\b(?! )|\bwhat is _+ for\b")),
    ("similar", _SIMILAR_NAMED),
    ("profile", Pattern(r"\b(?:project|coin|token|company) (?:profile|info(?:rmation)?|details?|overview|fundamentals)\b|\bprofile (?:of|for)\b|\bfundamentals (?:of|for)\b|_+ (?:profile|fundamentals|metadata)\b|\bmetadata\b|\beverything about\b|\bfull (?:profile|overview)\b")),
)  # fmt: skip
_OF_THE_CORE = Pattern(
    r"^\W*what(?:'s| is| are) an? |\bhow (?:can|could|do|does|to)\b|\bwho (?:created|made|invented)\b|\bwhen (?:was|did)\b(?! _+ (?:go live|first|launch|start|begin|come out|debut|appear|come into))"
)


def aspects_in(masked: str) -> tuple[str, ...]:
    """In the order of the table; none where the analyst's own definition answers."""
    if _OF_THE_CORE.search(masked):
        return ()
    return tuple(name for name, pattern in _ASPECTS if pattern.search(masked))
