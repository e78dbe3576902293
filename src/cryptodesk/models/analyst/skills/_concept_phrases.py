"""Phrases by which questions of concepts are told from those of figures, of days and of one's own trades."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from cryptodesk.core.patterns import Pattern

__all__ = [
    "CALLED",
    "IN_GENERAL",
    "KINDS_OF_THINGS",
    "NAME_OF_A_COIN",
    "OF_ANY_ASSET",
    "OF_A_TRADE",
    "OF_TODAY",
    "VENUE",
]

CALLED = Pattern(
    r"\bwhat(?:'s|s| is| was| are| do (?:you|we|they|people|traders)| would (?:you|one)| does one)? ?(?:it|that|this|they|those|these|one|the thing|such an?|when|a)?\b.{0,50}\bcall(?:ed)?\b(?! (?:price|option|volume|data))"
    r"|\b(?:what|which)(?:'s|s| is| was)? (?:the )?(?:proper |technical |right |correct |official )?(?:name|term|word|rule|law|regulation|concept|expression|trick|attack|scam|phenomenon|mechanism|effect|metric|indicator|order type|type of order)s? (?:for (?:that|this|it|when|what|the|how|an?)|is (?:that|this|it|used)|was (?:that|this|it)|of (?:that|this|(?:the|an?) (?:tricks?|thing|attacks?|rules?|laws?|scams?|orders?|practice|pattern|phenomenon|effect|technique|method|strategy|process|mechanism)\b)|when|where|that|do(?:es)?|makes?|says?|covers?|requires?|called|describes?|am i|means?)\b"
    r"|\bwhat(?:'s|s| is) (?:the|that) (?:thing|stuff|trick|one|rule|idea) (?:where|when|that|with|which|called|about|people)\b|[,.;:?!] ?(?:so )?what(?:'s|s| is| was| am i looking at| kind of \w+ is)(?: (?:that|this|it))?\W*$|\bis there (?:a|any) (?:name|term|word) for\b|\b(?:whats|what's|what is) (?:that|this|it) (?:about|called|all about)?\W*$"
)

NAME_OF_A_COIN = Pattern(
    r"\b(?:ticker|symbol|price|worth|cost|market cap|news|coins? called|tokens? called|(?:this|that|the) (?:coin|token|project|exchange|person|founder|company) (?:is )?called|percent\w*|rose|fell|dropp\w+|gained|lost|dump\w*|pump\w*|up \d|down \d|rall\w+|crash\w*|mov\w+ (?:up|down)|surg\w+|tank\w*|call(?:ed)? the (?:top|bottom))\b"
)

VENUE = Pattern(
    r"^\W*(?:(?:so|ok|hey|please|pls)[, ]+)*(?:what(?:'s|s| is| was)|who (?:is|owns|founded|runs|started|created|regulates)|tell me (?:more )?about|explain|describe|how does|how did|when (?:was|did)|where is|history of|background (?:on|of)|is|was|why (?:was|did|is))\b.{0,24}\b(?:binance|coinbase|kraken|okx|okex)\b(?! (?:coin|chain|smart|volumes?|fees?|reserves?|24h|rank\w*|score|list\w*|price|open))(?:'s)?(?: (?:exchange|history|background|business|company|fined?|settle\w*|make money|work|start\w*|found\w*|regulated|safe|legit|licen[cs]ed|sued|charged|get|do|story|based|legal))*(?: (?:by|from|in|with|for|the|us|usa|sec|doj|cftc|explained|exactly|please|pls))*\W*$"
)

IN_GENERAL = Pattern(
    r"^\W*(?:(?:so|ok|and|but|hey|hi|please|pls)[, ]+)*(?:can|could|does|do|did|is it|is there|are there|(?:is|are) (?:my|your|our|the|a|an|all|any|customer)\b|if|when|suppose|say|in what (?:way|sense)|in which way|to what extent|under (?:what|which)|by what|through what|what (?:exactly )?(?:is|are) (?:it|they|being|meant|behind|so)|what(?:'s|s) (?:the )?(?:catch|gist|big deal|deal|fuss|trick|downside|upside|harm|danger|logic|reasoning|story)|what (?:do|does|did|would|will|can|could|must|has|have)|who|whose|how long|how many .{1,40}\b(?:needs?|needed|required?|takes?|enough)|what (?:stops|prevents|keeps|makes|if|guarantees|protects|happens|secures)|which .{1,30}\b(?:guarantees?|protects?|prevents?)|why (?:do|does|is|are|can|should)|where do|how)\b"
)

# Beside a named asset only what cannot be a question for its figures.
OF_ANY_ASSET = Pattern(
    r"^\W*(?:(?:so|ok|and|but|hey|hi|please|pls)[, ]+)*(?:can|could|does .{1,40}\b(?:have|use|need|support|run|allow|require)|do (?:you|i|we|they|people)|is it possible|how (?:to|long does|long do|can|could|should|do (?:i|you|we|people))|why (?:do|does|can|should)|what (?:stops|prevents|keeps|makes|guarantees|protects|secures)|where do|why (?:is|are)|is _+ (?:a|an) (?!good|bad|buy|sell)|how long (?:until|before|till)|does it matter|who (?:gets|earns|pays|owns|runs|controls|secures|can|decides|issues|maintains|governs))\b"
)

OF_TODAY = Pattern(
    r"\b(?:holders?|whales?|unlocks?|trending|sentiment|holding|owns?|my (?:portfolio|wallet|balance|bags?|holdings|position)|portfolio|good|buy|sell|long|short)\b"
)

# Nouns of any question of the field, which name no article's subject.
KINDS_OF_THINGS = Pattern(
    r"\b(?:tokens?|coins?|daos?|wallets?|gas|stable ?coins?|nfts?|exchanges?|block ?chains?|meme ?coins?|alt ?coins?)\b"
)

# A trade that is thought of, or a price to come: refused whatever subject is named beside it.
OF_A_TRADE = Pattern(
    r"\b(?:buy|buying|sell|selling|invest\w*|long|short|prices?|portfolio|pump|moon|which coin|what coin|market|next (?:week|month|year)|tomorrow|predict\w*|forecast\w*|recommend\w*)\b"
)
