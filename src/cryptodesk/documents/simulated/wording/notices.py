"""Events: markets that open or close, unlocks, raises, hacks of invented protocols, and the macro calendar."""

from __future__ import annotations

__all__ = [
    "AGENDA_EMPTY",
    "DELISTING",
    "HACK",
    "HACK_METHODS",
    "HACK_UPDATE",
    "LISTING",
    "RAISE",
    "RELEASE",
    "ROUTINE",
    "UNLOCK",
    "UNLOCKED",
]

_Text = tuple[tuple[str, ...], tuple[str, ...]]

# Each with its titles and its texts.
LISTING: _Text = (
    ("{venue} lists {name} ({symbol})", "New market: {symbol} [opens|starts trading] on {venue}"),
    (
        "{venue} opened trading of {name} ({symbol}) on {date} at {time}. [Deposits opened before|Deposits are open]; "
        "withdrawals follow [after a day|within 24 hours]. New markets can be [thin|volatile], and a listing is no "
        "recommendation.",
        "Trading of {name} ({symbol}) began on {venue} on {date}. The exchange [named no market maker|set a tick "
        "size of "
        "its own] and [limits|caps] orders in the first [hour|two hours].",
    ),
)
DELISTING: _Text = (
    ("{venue} delists {name} ({symbol})", "{symbol} [market closes|trading ends] on {venue}"),
    (
        "{venue} ended trading of {name} ({symbol}) on {date}. Open orders were cancelled. Balances can be "
        "withdrawn for "
        "[thirty|sixty|ninety] days. [Low volume|Missing answers from the team] was given as the reason.",
    ),
)
ROUTINE: _Text = (
    (
        "{venue}: [scheduled maintenance|wallet maintenance] on {later}",
        "{venue} [adjusts|changes] [tick sizes|fee tiers|margin levels]",
        "{venue}: [new deposit address format|changes to withdrawal limits]",
    ),
    (
        "{venue} will [carry out work|make changes] on {later} between [02:00 and 04:00|06:00 and 07:00] UTC. Trading "
        "[continues|pauses for ten minutes]. Balances are not affected.",
        "From {later} on, {venue} applies new settings. Open orders [stay|have to be placed again]. The full "
        "table is on "
        "the page of the exchange.",
    ),
)
UNLOCK: _Text = (
    ("{name} faces unlock of {share} of supply on {date}", "{symbol} token unlock ahead: {share} on {date}"),
    (
        "On {date} {share} of the supply of {name} ({symbol}) becomes transferable{recipients}, according to the "
        "published schedule. [Unlocks add supply|More coins can then be sold]; whether they are sold is another "
        "matter.",
        "The schedule of {name} has its next date on {date}: {share} of the supply{recipients}. [Traders differ "
        "on|Nobody "
        "knows] how much of it will reach the market.",
    ),
)
UNLOCKED: _Text = (
    ("{share} of {name} supply unlocked", "{symbol} unlock [done|takes place]: {share} of supply"),
    (
        "The unlock of {share} of the supply of {name} ({symbol}) took place on {date}{recipients}. [No large "
        "transfer was "
        "seen at first|First transfers went to known wallets].",
    ),
)
RAISE: _Text = (
    ("{project} raises {amount}", "{project} [secures|closes] {amount} [round|in new money]"),
    (
        "{project} raised {amount}{round}{investors}. The money is meant for [engineers and audits|growth and "
        "licences|the main network]. [No valuation was given|Terms were not published].",
    ),
)
HACK_METHODS = ("flash loan", "reentrancy bug", "stolen key", "broken oracle", "forged bridge message")
HACK: _Text = (
    ("{protocol} exploited, about {amount} stolen", "[Attacker|Hacker] drains {amount} from {protocol}"),
    (
        "{protocol}, a protocol without a coin, was exploited at {time} on {date}. About {amount} was stolen; "
        "first notes "
        "speak of a {method}. The team [paused the contracts|halted withdrawals] and [asks users to revoke approvals|"
        "offers a bounty for the return of funds].",
        "About {amount} was drained from {protocol} on {date}. [Security firms|Two auditors] named a {method} as "
        "the way "
        "in. Withdrawals are paused, and users were told to [wait|revoke approvals].",
    ),
)
HACK_UPDATE: _Text = (
    ("{protocol}: [what is known|first findings] after the {amount} exploit",),
    (
        "Hours after the exploit of {protocol}, the team [published a timeline|named the contract]. It confirmed a "
        "{method} and losses of about {amount}. [A part was frozen on the way|Nothing was returned so far].",
    ),
)
RELEASE: _Text = (
    ("{release}: {actual}", "{release} [comes in at|is out:] {actual}"),
    (
        "{release} was published at {time} on {date}: {actual}{forecast}{previous}. [Crypto markets took note|Coins "
        "followed other markets for some minutes].",
    ),
)
AGENDA_EMPTY = ("No major publication is scheduled for [the coming week|the next seven days].",)
