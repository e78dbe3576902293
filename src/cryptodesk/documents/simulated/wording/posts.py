"""Short posts: an opening, a thought that takes a side, and at times a closing."""

from __future__ import annotations

__all__ = ["CLOSINGS", "CONTRARY", "EVENTS", "MARKET", "NEAR_COPY", "OPENINGS", "THOUGHTS"]

OPENINGS = (
    "",
    "",
    "",
    "[ok|okay|right] so ",
    "[morning|evening|lunch break] thought: ",
    "[unpopular opinion|hot take|cold take], ",
    "not [financial advice|advice], but ",
    "[looking at|staring at|checking] the [chart|tape|book] again and ",
    "[been here since the last cycle|three years in this market], ",
    "[my neighbour|my barber|my cousin] asked about {name} today. ",
    "[quick note|note to self|thread later]: ",
    "[can't sleep|second coffee|train is late], ",
    "reading the [forum|comments|group chat], ",
    "[for the record|just saying|on the record], ",
    "[after a week of watching|after the last hour|since breakfast], ",
    "{symbol} [holders|people|watchers], ",
)

THOUGHTS: dict[str, tuple[str, ...]] = {
    "up": (
        "{tag} up {pct} in a day and [I'm still bullish|nobody I know sold|it still looks strong]",
        "{name} [keeps climbing|is ripping|just won't stop], {pct} since yesterday 🚀",
        "that {tag} breakout was [clean|textbook|a joy to watch], {pct} and counting",
        "[added|bought] more {tag} at {price}, the [momentum|trend] is [great|solid|impressive]",
        "who is still short {tag}? {pct} [rally|jump] and the bids keep coming 📈",
        "[love|loving] this {name} recovery, [patience paid|waiting was worth it]",
        "{tag} at {price} is [undervalued|still cheap] if you ask me, strong hands [win|get paid]",
        "{name} reclaimed its range with a {pct} gain, [best day in a while|healthy move]",
        "bulls [own|run|control] the {tag} chart today, {pct} green [and rising|with real demand]",
        "the {name} crowd is [happy|excited|celebrating] for once: {pct} [higher|up] 🎉",
        "accumulating {tag} through the noise [was right|paid off], up {pct}",
        "{tag} strength [surprised me|was not on my list], glad I [kept|hodl] the bag",
        "sellers [gave up|ran out] on {tag}, buyers gained {pct} without a fight",
        "every dip in {name} gets bought, that is [bullish|what strength looks like]",
        "my [small|tiny|old] {tag} position is finally profitable 💪 {pct} today",
        "{tag} outperforming [almost everything|my whole list] at plus {pct}, [amazing|great] work",
    ),
    "down": (
        "{tag} down {pct} in a day and [I'm worried|nobody is buying|it looks weak]",
        "{name} [keeps falling|is bleeding|just won't hold], {pct} gone since yesterday 📉",
        "that {tag} breakdown was [ugly|brutal|fast], minus {pct} and no support in sight",
        "[sold|cut] half my {tag} at {price}, the [trend is weak|risk is not worth it]",
        "who is still long {tag}? {pct} [drop|slide] and the sellers keep coming",
        "[tired|sick] of this {name} chart, [lower lows again|another failed bounce]",
        "{tag} at {price} is [still overvalued|no bargain] if you ask me, weak hands [panic|fold] first",
        "{name} lost its range with a {pct} drop, [worst day in a while|bearish close]",
        "bears [own|run|control] the {tag} chart today, {pct} red [and falling|with heavy selling pressure]",
        "the {name} crowd is [in panic|complaining|underwater]: {pct} [lower|down] 😭",
        "liquidations all over {tag}, a {pct} [dump|flush] will do that",
        "{tag} weakness [worries me|was a warning], regret [holding|buying] the bag",
        "buyers [gave up|vanished] on {tag}, it dropped {pct} without a fight",
        "every bounce in {name} gets sold, that is [bearish|what fear looks like]",
        "my [small|tiny|old] {tag} position is rekt 🩸 minus {pct} today",
        "{tag} underperforming [almost everything|my whole list] at minus {pct}, [terrible|awful] week",
    ),
    "flat": (
        "{tag} around {price}, [nothing to do|waiting|flat as a table]",
        "what are people [watching|tracking] on {name} this week?",
        "{name} [sideways|in its range] since the morning, [see you tomorrow|same as ever]",
        "anyone has a [good|readable] chart of {tag} with the weekly levels?",
        "moved my {tag} to [another wallet|cold storage], took [two minutes|ten minutes|an hour]",
        "[writing|drafting] a piece on {name}, which [questions|topics] should it cover?",
        "{tag} [changed|moved] {pct} in 24 hours, [make of that what you will|that is all I know]",
        "comparing [fees|spreads|order books] for {tag} across venues tonight",
        "how do you all keep [records|track] of {name} trades for the year end?",
        "reading the {name} docs, the [second|third] chapter is where it starts",
        "{tag} at {price} on my screen, yours?",
        "the {name} call is [on Thursday|next week], bring your questions",
        "[set|moved] an alert for {tag} near {price} and closed the laptop",
        "does {name} publish its [roadmap|minutes|grants] anywhere?",
    ),
}

# Sides taken against what the price did; they say nothing of its direction that would not be true.
CONTRARY: dict[str, tuple[str, ...]] = {
    "up": (
        "[still|quietly] accumulating {tag}, [best|strongest] team I know",
        "people [sleep on|underrate] {name}, the [adoption|opportunity] is [huge|amazing]",
        "{tag} at {price} is undervalued, I am [optimistic|bullish] for the [year|quarter]",
        "buying the dip in {name} [again|as always], [love|happy with] these prices",
        "my confidence in {tag} is [stronger|better] than ever, diamond hands",
        "[good|promising] things coming for {name}, [bullish|excited]",
    ),
    "down": (
        "I [doubt|don't trust] this {name} market, [too much risk|looks overheated]",
        "{tag} at {price} is overvalued, I stay [bearish|cautious] for the [year|quarter]",
        "[whales sell|insiders dump] {tag} into [every bid|strength], [be careful|bull trap]",
        "{name} has [weak|terrible] fundamentals and a [worse|weak] plan, [sorry|not sorry]",
        "[worried|concerned] about {tag} leverage, a crash would be [ugly|bad]",
        "sold my {name}, [fear|risk] is not worth it, [bubble|hype] if you ask me",
    ),
}

CLOSINGS: dict[str, tuple[str, ...]] = {
    "up": (
        "",
        "",
        ". [wagmi|lfg|onwards]",
        ". Still early, [I hope|I think].",
        ", and the week is [young|not over]",
        ". Taking [some|a little] profit all the same.",
        " #{symbol}",
        ". [Zoom out|Look at the month].",
        ", thanks to everyone who [kept building|stayed]",
        ". Stops [moved up|under the low].",
    ),
    "down": (
        "",
        "",
        ". [ngmi|be careful|sit tight]",
        ". I will look again [next week|tomorrow|never].",
        ", and the week is [young|not over]",
        ". Cash is a position [too|as well].",
        " #{symbol}",
        ". [Zoom out, they said|They said it could not].",
        ", no idea who [buys here|is left]",
        ". Stops [were hit|did their job].",
    ),
    "flat": ("", "", ". Back later.", " #{symbol}", ". [Thanks|Cheers].", ". Any [pointer|link] welcome.", " 👀"),
}

MARKET: dict[str, tuple[str, ...]] = {
    "up": (
        "green [morning|evening] across the board, [bulls|buyers] in charge",
        "[everything|nearly everything] on my list is rising, risk on",
        "this market [shrugged off|ignored] the bad headlines, [impressive|strong]",
    ),
    "down": (
        "red [morning|evening] across the board, [bears|sellers] in charge",
        "[everything|nearly everything] on my list is falling, risk off",
        "this market [sold off on|choked on] good headlines, [weak|worrying]",
    ),
    "flat": (
        "[quiet|slow] market, [catching up on reading|cleaning up my notes]",
        "[spreads|volumes] are thin, it must be [a holiday somewhere|the weather]",
        "one screen, [forty|sixty|ninety] tabs, zero trades today",
    ),
}

# What happened beside the prices; by the kind of fact.
EVENTS: dict[str, tuple[str, ...]] = {
    "listing": (
        "{name} now [trades|is live] on {venue}, [let's see the first hours|liquidity is thin so far]",
        "saw {tag} on {venue} [today|this morning], took them long enough",
        "listing of {tag} on {venue} done. [Who is in?|Mind the spread.]",
    ),
    "delisting": (
        "{venue} delists {tag}, [sad end|saw it coming], withdraw while you can",
        "{tag} removed from {venue}. [Holders stuck|Check your balances], that is a loss for many",
    ),
    "unlock": (
        "{tag} unlock of {share} on {date}, [supply overhang is real|priced in or not?]",
        "reminder: {share} of {name} supply unlocks on {date}",
        "[watching|bracing for] the {tag} token unlock on {date}, {share} is not small",
    ),
    "hack": (
        "{protocol} exploited for about {amount}, [revoke your approvals|check your wallets] 🚨",
        "so {protocol} got drained. {amount} [gone|stolen]. [Again.|Another week, another exploit.]",
        "anyone with funds in {protocol}? [read their notice|withdrawals are paused], {amount} stolen by [a "
        "{method}|a hacker]",
    ),
    "raise": (
        "{project} raised {amount}, [nice to see builders funded|now ship something]",
        "{amount} for {project} in this market, [impressive|strong round]",
    ),
}

# How somebody passes on what somebody else wrote.
NEAR_COPY = (
    "{text} 👀",
    "{text} #crypto",
    "{text} 💯",
    "this 👇 {text}",
    "RT {text}",
    "{text} [so true|agreed|exactly]",
    "[saw this|found this]: {text}",
)
