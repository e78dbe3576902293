"""Days of the market's past that people name instead of a date: "since the merge", "after the FTX collapse"."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from datetime import date, timedelta

from cryptodesk.core.patterns import Pattern

__all__ = ["HAPPENING", "easter", "happened_on", "in_happenings"]

_FALL = r"(?:collapse|crash|implosion|blow-?up|bankruptcy|meltdown|debacle|fiasco|disaster|saga|fraud|fell apart|went under|went bust|collapsed|blew up|imploded|crashed|filed)"
_COMING = r"(?:approvals?|approved|launch(?:ed|es)?|(?:started|began) trading|start|listing|came out|went live|got approved|were approved|was approved|debut)"
_BTC, _ETH = r"(?:btc |bitcoin(?:'s)? )?", r"(?:eth |ether |ethereum(?:'s)? )?"
_UPGRADE = r"(?: (?:upgrade|hard ?fork|fork|update|release))?"
_DAYS: tuple[tuple[str, date], ...] = (
    (rf"{_ETH}merge", date(2022, 9, 15)),
    (rf"{_ETH}(?:shapella|shanghai){_UPGRADE}", date(2023, 4, 12)),
    (rf"{_ETH}dencun{_UPGRADE}", date(2024, 3, 13)),
    (rf"{_ETH}pectra{_UPGRADE}", date(2025, 5, 7)),
    (rf"{_ETH}(?:london (?:upgrade|hard ?fork|fork)|eip-?1559)", date(2021, 8, 5)),
    (rf"{_BTC}taproot{_UPGRADE}", date(2021, 11, 14)),
    (rf"(?:2012|first|1st) {_BTC}halv(?:en)?ing|{_BTC}halv(?:en)?ing (?:of|in) 2012", date(2012, 11, 28)),
    (rf"(?:2016|second|2nd) {_BTC}halv(?:en)?ing|{_BTC}halv(?:en)?ing (?:of|in) 2016", date(2016, 7, 9)),
    (rf"(?:2020|third|3rd) {_BTC}halv(?:en)?ing|{_BTC}halv(?:en)?ing (?:of|in) 2020", date(2020, 5, 11)),
    (
        rf"(?:(?:2024|fourth|4th|last|latest|most recent|previous|recent) )?{_BTC}halv(?:en)?ing(?: (?:of|in) 2024)?",
        date(2024, 4, 20),
    ),
    (rf"ftx(?:'s)? {_FALL}", date(2022, 11, 11)),
    (rf"(?:terra|luna|ust|terra[ -/]luna|terra and luna|terrausd)(?:'s)? {_FALL}", date(2022, 5, 9)),
    (rf"(?:svb|silicon valley bank)(?:'s)?(?: {_FALL}| failure| failed)?|usdc de-?peg", date(2023, 3, 10)),
    (rf"(?:mt\.? ?gox|mtgox)(?:'s)? {_FALL}", date(2014, 2, 28)),
    (rf"(?:spot )?(?:eth|ether|ethereum)(?:'s)? (?:spot )?etfs? {_COMING}", date(2024, 7, 23)),
    (rf"(?:us |spot )*(?:btc |bitcoin )?(?:spot )?etfs? {_COMING}", date(2024, 1, 10)),
    (r"(?:covid|corona(?:virus)?|pandemic)(?:[ -]19)? (?:crash|dump|panic|low|black thursday)|black thursday", date(2020, 3, 12)),
    (r"(?:russian? )?(?:invasion of ukraine|ukraine (?:war|invasion)|war in ukraine)(?: (?:started|began))?", date(2022, 2, 24)),
    (
        r"(?:us |american |2024 |presidential |last us )+elections?(?: (?:in|of) 2024| day)?|trump(?:'s)? (?:election|victory|win|won|got elected|was elected|was re-?elected)",
        date(2024, 11, 5),
    ),
    (r"trump(?:'s)? (?:inauguration|took office|became president)", date(2025, 1, 20)),
    (r"liberation day(?: tariffs?)?|trump(?:'s)? tariffs", date(2025, 4, 2)),
    (r"coinbase (?:ipo|direct listing|listing|going public|went public)", date(2021, 4, 14)),
    (r"el salvador(?:'s)? (?:law|adoption|adopted (?:bitcoin|it)|bitcoin law|made (?:bitcoin|it) legal tender)", date(2021, 9, 7)),
)  # fmt: skip
# "The day of …" and the like are a part of what is named; the name ends where a word ends.
HAPPENING = rf"(?:the )?(?:(?:day|time|moment|date|start) of (?:the )?)?(?P<happening>{'|'.join(pattern for pattern, _ in _DAYS)})(?![\w-])"
_ALONE = tuple((Pattern(rf"(?:{pattern})$"), day) for pattern, day in _DAYS)
_LEANING = Pattern(
    rf"\b(?:since|after|before|around|during|following|prior to|from|until|till|at|on|ever since) {HAPPENING}"
)
_ANY = Pattern(
    r"merge|shap|shang|dencun|pectra|london|1559|taproot|halv|ftx|terra|luna|ust|svb|silicon|depeg|gox|etf|covid|corona|pandemic|thursday|ukraine|election|trump|tariff|coinbase|salvador"
)


def happened_on(said: str) -> date | None:
    return next((day for pattern, day in _ALONE if pattern.match(said)), None)


def in_happenings(lowered: str) -> tuple[tuple[int, int], ...]:
    """Where a day is named after a thing of the market: "the FTX collapse" is no question for FTX Token."""
    if not _ANY.search(lowered):
        return ()
    return tuple(match.span("happening") for match in _LEANING.finditer(lowered))


def easter(year: int) -> date:
    """Easter Sunday of the western churches, by the anonymous Gregorian computation."""
    golden, century, rest = year % 19, *divmod(year, 100)
    quarter, left = divmod(century, 4)
    moon = (19 * golden + century - quarter - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    days = (32 + 2 * left + 2 * (rest // 4) - moon - rest % 4) % 7
    shift = moon + days - 7 * ((golden + 11 * moon + 22 * days) // 451)
    return date(year, 3, 22) + timedelta(days=shift)
