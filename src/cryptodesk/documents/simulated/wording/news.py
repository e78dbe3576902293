"""Articles: headlines, first sentences, what people give as reasons, and how it ends."""

from __future__ import annotations

__all__ = [
    "ANALYSIS",
    "CONTEXT",
    "CONTRARY",
    "ENDINGS",
    "HEADLINES",
    "LEADS",
    "QUOTES",
    "REASONS",
    "THEMES",
    "WRAP_HEADLINES",
    "WRAP_LEADS",
]

HEADLINES: dict[str, tuple[str, ...]] = {
    "sharp up": (
        "{name} [surges|soars|rallies] {pct} in a day",
        "{symbol} [jumps|rallies] {pct} as buyers [return|pile in|chase the move]",
        "{name} [skyrockets|surges] to {price}",
        "Traders [cheer|welcome] {pct} {name} rally",
        "[Short sellers squeezed|Buyers in control] as {name} [soars|jumps] {pct}",
    ),
    "up": (
        "{name} [gains|rises|climbs|advances] {pct} over 24 hours",
        "{symbol} [edges up|moves higher|rises] to {price}",
        "{name} [recovers|rebounds|climbs] {pct} on [steady|stronger] demand",
        "Demand lifts {name} {pct} [higher|up]",
        "{name} extends gains, [rising|up] {pct}",
    ),
    "flat": (
        "{name} [little changed|steady|flat] near {price}",
        "{symbol} [holds|stays in] its range around {price}",
        "{name} [treads water|trades sideways] as traders wait",
        "What to watch in {name} [today|this week]",
    ),
    "down": (
        "{name} [falls|drops|slips|declines] {pct} over 24 hours",
        "{symbol} [edges down|moves lower|slips] to {price}",
        "{name} [retreats|weakens|slides] {pct} on [weak|fading] demand",
        "Selling pressure [weighs on|drags] {name}, down {pct}",
        "{name} extends losses, [falling|down] {pct}",
    ),
    "sharp down": (
        "{name} [plunges|tumbles|plummets] {pct} in a day",
        "{symbol} [crashes|slumps] {pct} as sellers [take over|rush out|panic]",
        "{name} [sinks|nosedives] to {price}",
        "Traders [fear|brace for] more losses after {pct} {name} slump",
        "[Longs liquidated|Sellers in control] as {name} [tumbles|crashes] {pct}",
    ),
}

# Headlines against the day's direction: not everybody agrees with a price.
CONTRARY: dict[str, tuple[str, ...]] = {
    "up": (
        "Analysts [warn|doubt] that the {name} rally can last",
        "{name} overheated after {pct} gain, [sceptics|some traders] say",
    ),
    "down": (
        "{name} holders stay [optimistic|confident] despite a {pct} drop",
        "[Bargain hunters|Long-term buyers] accumulate {name} in a weak market",
    ),
    "flat": ("{name} volatility is [low|unusually low], and that [rarely lasts|worries some desks]",),
}

LEADS: dict[str, tuple[str, ...]] = {
    "up": (
        "{name} ({symbol}) was [up|higher by] {pct} over the 24 hours to {time}, trading at {price}.",
        "The price of {name} rose {pct} in a day and stood at {price} at {time}.",
        "{name} [gained|added] {pct} in the day to {time}; one {symbol} cost {price}.",
    ),
    "down": (
        "{name} ({symbol}) was [down|lower by] {pct} over the 24 hours to {time}, trading at {price}.",
        "The price of {name} fell {pct} in a day and stood at {price} at {time}.",
        "{name} [lost|gave up] {pct} in the day to {time}; one {symbol} cost {price}.",
    ),
    "flat": (
        "{name} ({symbol}) was little changed over the 24 hours to {time}, moving {pct} to {price}.",
        "The price of {name} stood at {price} at {time}, {pct} away from where it was a day before.",
    ),
}

REASONS: dict[str, tuple[str, ...]] = {
    "up": (
        "Dealers pointed to [steady spot demand|fresh buying|a thin offer side] and to [short covering|calm funding].",
        "[Two|Three|Several] desks reported [larger orders than usual|buyers from the first hour on], without "
        "naming them.",
        "Order books showed [more bids than offers|growing depth below the price], according to people who keep them.",
        "Some traders credited [a well-received upgrade|stronger network activity|a busy developer week].",
        "Nobody named a single cause; the [move|rise] began quietly and [gathered strength|found followers].",
    ),
    "down": (
        "Dealers pointed to [fading spot demand|steady selling|a thin bid side] and to [forced selling|long "
        "liquidations].",
        "[Two|Three|Several] desks reported [larger sell orders than usual|sellers from the first hour on], "
        "without naming them.",
        "Order books showed [more offers than bids|shrinking depth below the price], according to people who "
        "keep them.",
        "Some traders blamed [a delayed upgrade|weaker network activity|a quiet developer week].",
        "Nobody named a single cause; the [move|fall] began quietly and [gathered pace|found followers].",
    ),
    "flat": (
        "Dealers described [a quiet session|two-way business|little conviction on either side].",
        "Order books were [balanced|even], and [few|hardly any] large orders were seen.",
        "Most desks said that they were waiting for [the next figure|the end of the week|a reason].",
    ),
}

QUOTES = (
    '"[One day is one day|A day tells you little]," said {person} of {firm}. "[Look at the month|Ask me in a week]."',
    '"[Size your positions|Mind your risk]," said {person}, who follows {name} at {firm}.',
    "{person} of {firm} said that the [levels|volumes] of the past week mattered more than the [headline|number].",
    '"[Liquidity|Depth] decides these days," {person} of {firm} said. "[The story comes later|Reasons are found '
    'after]."',
)

CONTEXT = (
    "Elsewhere, {other} was {other_way} {other_pct} over the same hours.",
    "{other} moved [in its own direction|differently], {other_way} {other_pct}.",
    "For comparison, {other} was {other_way} {other_pct} in that time.",
)

ENDINGS = (
    "Figures are of the simulated market.",
    "[The next figures are due tomorrow|More is known when the day closes], and [may look different|prices may "
    "change].",
    "Funding and open interest were [not part of this report|left for another report].",
    "This report was [written|compiled] from prices of the simulated market alone.",
)

ANALYSIS = (
    "[Why|How] {name} moved {pct}: [three|four] things to know",
    "{name} at {price}: what the [order books|funding rates|holders] say",
    "Explainer: reading a {pct} day in {name}",
    "[Five|Six] charts on {name} and the rest of the market",
)

WRAP_HEADLINES: dict[str, tuple[str, ...]] = {
    "up": ("Markets [rise|climb] with {name} up {pct}", "[Broad|Steady] gains: {name} leads the [day|session] higher"),
    "down": (
        "Markets [fall|slide] with {name} down {pct}",
        "[Broad|Steady] losses: {name} drags the [day|session] lower",
    ),
    "flat": ("Markets [mixed|quiet] as {name} holds near {price}", "[Morning|Session] wrap: {name} steady"),
}
WRAP_LEADS = (
    "{rising} of the {all} coins followed here were higher than a day before, {falling} were lower.",
    "Of {all} coins followed here, {rising} rose over 24 hours and {falling} fell.",
)

# Texts that no price explains; "{protocol}" is invented.
THEMES: tuple[tuple[str, str, str], ...] = (
    (
        "regulation",
        "[Regulators|Supervisors] open [consultation|hearing] on [custody|stablecoin|disclosure] rules",
        "The paper asks [twelve|eighteen|thirty] questions and leaves [two|three] months to answer. It says "
        "nothing about "
        "single coins. {person} of {firm} called it [a fair start|long overdue|careful work].",
    ),
    (
        "security",
        "Auditors [publish|share] checklist for [bridges|lending markets|upgradeable contracts]",
        "The list has [nine|fourteen|twenty] points, from keys held by one person to oracles fed by one market. "
        '"[Most losses are old mistakes|Nothing in it is new]," said {person} of {firm}.',
    ),
    (
        "technology",
        "Developers of {protocol} [announce|propose] a [test network|second client|new fee model]",
        "The proposal is open for comments. {person}, who maintains the [reference client|documentation], said that "
        "[review comes first|no date is set]. {protocol} has no coin of its own.",
    ),
    (
        "adoption",
        "[Shops|Payment firms|Universities] [try|extend] a pilot with [stablecoin payments|token receipts]",
        "The pilot runs in [three|five|eleven] places until the end of the quarter. {person} of {firm} said that "
        "[fees|waiting times] were [lower|shorter] than with cards, and that [refunds|records] needed work.",
    ),
    (
        "mining",
        "[Miners|Validators] [report|describe] a [calm|busy] week",
        "Operators spoke of [stable|rising|falling] costs and of [older|newer] machines. {person} of {firm} said that "
        "[small operators feel it first|margins decide who stays].",
    ),
)
