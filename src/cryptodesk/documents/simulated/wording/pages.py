"""Longer texts: project pages, questions and answers, research notes, and posts of builders."""

from __future__ import annotations

__all__ = ["ABOUT", "BLOG", "FAQ", "RESEARCH"]

ABOUT = (
    "{name} ({symbol}) is [a project|one of the projects] of the simulated market{sector}. It [exists|has "
    "traded] since "
    "{since}{platform}.",
    "The [code|source] is kept in the open, and changes are proposed, [reviewed|discussed] and voted on. Reports are "
    "[published each quarter|sent to holders twice a year].",
    "{symbol} is used for [fees|fees and votes|votes and rewards]. Holding it is a risk: its price moves [every "
    "minute|day "
    "and night], and it can lose all of its value.",
    "[Community calls|Meetings] take place [monthly|every second week]. Nobody from the project will ever ask "
    "for a seed "
    "phrase.",
)

FAQ: tuple[tuple[str, str], ...] = (
    ("What is {name}?", "{name} is an asset of the simulated market with the ticker {symbol}{sector}."),
    ("Since when does {symbol} trade?", "Since {since}. What was known before is not part of this page."),
    ("Where does {symbol} live?", "{home}"),
    (
        "How can I store {symbol}?",
        "In any wallet that supports its network. Keep the seed phrase [on paper|offline], and test with a small "
        "amount.",
    ),
    (
        "Does {name} pay rewards?",
        "[Rewards, where there are any, come from fees|Not by itself]; no return is promised.",
    ),
    (
        "Who decides about changes?",
        "Proposals are public for [seven|fourteen|twenty-one] days. [Holders vote|A council votes], and the result is "
        "carried out by a contract.",
    ),
    (
        "Is {name} audited?",
        "[Twice|Once a year], and the reports are public. An audit is no proof that nothing is wrong.",
    ),
    ("How do I recognise the real {symbol}?", "By its contract address or network, not by its name: names are copied."),
)

RESEARCH = (
    "Each note of this series reads one day of the simulated market. It looks at prices alone: no opinion on what "
    "anything should be worth.",
    "The strongest of the coins followed was {best}, {best_way} {best_pct} over 24 hours; the weakest was {worst}, "
    "{worst_way} {worst_pct}.",
    "The middle of the field was {middle_way} {middle_pct}. {rising} of {all} coins were higher, which we read as a "
    "[broad|narrow|mixed] day.",
    "The spread between the strongest and the weakest was {spread} percentage points. [Wide spreads favour selection|"
    "Narrow spreads favour the index], as far as a single day says anything.",
    "Risks to this reading: thin books at [the weekend|night], [a single large seller|forced liquidations], and coins "
    "that stopped trading and are no longer in the sample.",
)

BLOG: tuple[tuple[str, str], ...] = (
    (
        "What [running|operating] a validator taught us",
        "Most of the work is [waiting and watching|boring, and should be]. Keep two machines, one key, and alarms that "
        "[wake you|cannot be muted]. We lost [four|nine] hours to a full disk and none to the network.",
    ),
    (
        "How we [test|review] contracts before release",
        "Every change is read by two people who did not write it. [Fuzzing|Replaying old blocks] finds what "
        "reading does "
        "not. We publish what we found, [also when it is embarrassing|once it is fixed].",
    ),
    (
        "Fees explained with [buses|queues]",
        "A block is a bus with few seats. Who pays more [boards first|sits earlier]; a tip does not make the bus "
        "faster. "
        "When [everyone|half the town] wants to go, waiting is cheaper.",
    ),
    (
        "Notes on [writing|reading] a post-mortem",
        "Say what happened, in order, with times. Leave out who is to blame. The best line in ours was the one "
        "about what "
        "[we did not know|nobody had asked].",
    ),
)
