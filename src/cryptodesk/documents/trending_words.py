"""Events that documents speak of, by their words, and the question that each of them raises."""

from __future__ import annotations

import re

from msgspec import Struct

__all__ = ["EVENTS", "USUAL_QUESTION", "USUAL_TITLE", "Event"]

USUAL_QUESTION = "Why is {name} being written about more than usual?"
USUAL_TITLE = "{name} in the news"


class Event(Struct, frozen=True):
    """`question` and `title` hold the place {name} and claim nothing: that it is written about is all that is known."""

    key: str
    pattern: re.Pattern[str]
    question: str
    title: str


def _event(key: str, words: str, question: str, title: str) -> Event:
    return Event(key, re.compile(rf"\b(?:{words})\b", re.IGNORECASE), question, title)


# The rarer and graver first: where two are level, the first is asked about.
EVENTS: tuple[Event, ...] = (
    _event(
        "security",
        "hack|hacks|hacked|hackers?|exploit|exploits|exploited|drained|stolen|theft|breach|rug ?pull"
        "|attackers?|phishing",
        "What is known about the reports of a security incident around {name}?",
        "{name}: reports of a security incident",
    ),
    _event(
        "peg",
        "depeg|depegs|depegged|depegging|lost its peg|loses peg|off its peg",
        "Is {name} holding its peg, and what do its reserves and redemptions show?",
        "{name}: peg",
    ),
    _event(
        "outage",
        "outage|halted|halts|downtime|stopped producing blocks"
        "|withdrawals? (?:paused|suspended)|(?:pauses|suspends) withdrawals?",
        "Is {name} working normally, and what was interrupted?",
        "{name}: interruption",
    ),
    _event(
        "law",
        "lawsuit|sues|sued|court|judge|indicted|charged|settlement|fined|sec|cftc|doj|regulators?|subpoena|ruling",
        "What is the state of the legal and regulatory matters around {name}?",
        "{name}: law and regulation",
    ),
    _event(
        "fund",
        "etfs?|etps?|spot fund|s-1|19b-4|inflows|outflows",
        "What is the state of the exchange-traded funds on {name}, and how large are their flows?",
        "{name}: exchange-traded funds",
    ),
    _event(
        "unlock",
        "unlocks?|unlocked|vesting|cliff",
        "When are the next token unlocks of {name}, and how large are they?",
        "{name}: token unlocks",
    ),
    _event(
        "airdrop",
        "airdrops?|airdropped|snapshot date|eligible wallets|claim page",
        "What is announced about a distribution of tokens by {name}, and who would qualify?",
        "{name}: airdrop",
    ),
    _event(
        "listing",
        "lists|listed|listing|delists|delisted|delisting|launchpool",
        "Which exchanges list or delist {name}, and from when?",
        "{name}: listings",
    ),
    _event(
        "upgrade",
        "upgrade|upgrades|hard ?fork|soft ?fork|mainnet|testnet|eip-\\d+|migration",
        "What does the upgrade of {name} that is written about change, and when?",
        "{name}: upgrade",
    ),
    _event(
        "funding",
        "raises|raised|funding round|series [a-e]|seed round|valuation|backed by",
        "Who is reported to fund {name}, and at what valuation?",
        "{name}: funding",
    ),
    _event(
        "treasury",
        "treasury|buyback|buybacks|buys back|burn|burned|burns",
        "What do buybacks, burns and treasuries do to the supply of {name}?",
        "{name}: treasuries and burns",
    ),
    _event(
        "price",
        "surges?|surged|soars?|soared|rally|rallies|rallied|jumps?|jumped|plunges?|plunged|crash(?:es|ed)?|tumbles?|tumbled"
        "|slumps?|slumped|falls?|fell|drops?|dropped|climbs?|climbed|record high|all-time high|liquidations?",
        "How far has {name} moved, and what is said to be behind it?",
        "{name}: price",
    ),
)
