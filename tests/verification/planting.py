"""Plants lies: takes an honest answer and makes one figure of it wrong in one way, the same each time it is run."""

# ruff: noqa: E501 - tables read better with one entry a line

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tests.verification.prose import DATES, FORMATS, Filled, Prose, Slot, fill, lookup, proses, write
from tests.verification.recorded import Recorded, recorded_answers

__all__ = ["CLASSES", "Lie", "lies_in_answers", "lies_in_prose", "replaced"]

CLASSES = (
    "wrong asset", "wrong field", "wrong period", "wrong sign", "wrong unit", "wrong magnitude", "stale", "swapped",
    "rounded away", "invented",
)  # fmt: skip

_PERIODS = ("percent_change_24h", "percent_change_7d", "percent_change_30d", "percent_change_90d", "percent_change_1y")
_MONEY = (
    "price",
    "market_cap",
    "volume_24h",
    "fully_diluted_market_cap",
    "high_24h",
    "low_24h",
    "ath",
    "open_interest",
)
_ASSETS = ("1", "1027", "5426", "52")


class Lie(NamedTuple):
    """`start` to `end` is the false figure in `text`; `source` tells which honest answer it was made of."""

    kind: str
    source: int
    text: str
    start: int
    end: int
    note: str


def lies_in_prose(kind_of_prose: str = "known") -> Iterator[tuple[Prose, Lie]]:
    for at, prose in enumerate(proses(kind_of_prose)):
        chance = random.Random(at)
        filled = fill(prose)
        for kind, make in _MAKERS.items():
            made = [lie for lie in make(prose, filled, at, chance) if lie is not None]
            # Two of a kind from one answer, so that no answer outweighs the others.
            for lie in chance.sample(made, min(2, len(made))):
                yield prose, lie._replace(kind=kind)


def replaced(filled: Filled, slot: Slot, text: str, at: int, note: str) -> Lie | None:
    old = filled.text[slot.start : slot.end]
    if text == old:
        return None
    return Lie(
        "", at, filled.text[: slot.start] + text + filled.text[slot.end :], slot.start, slot.start + len(text), note
    )


def _with_value(prose: Prose, filled: Filled, slot: Slot, path: str, at: int) -> Lie | None:
    """The slot with another field's value, unless that reads like the true one."""
    try:
        value, true = lookup(prose, path), lookup(prose, slot.path)
    except (KeyError, TypeError):
        return None
    if slot.style in DATES or not isinstance(value, int | float) or isinstance(value, bool) or _is_like(value, true):
        return None
    return replaced(filled, slot, write(prose, path, slot.style), at, f"{slot.path} -> {path}")


def _is_like(value: float, true: float) -> bool:
    return abs(abs(value) - abs(true)) <= 0.03 * max(abs(value), abs(true)) + 0.06 * (max(abs(value), abs(true)) < 5)


def _split(path: str) -> tuple[str, str]:
    owner, _, field = path.partition(".")
    return (owner, field) if owner.isdigit() else ("", path)


def _wrong_asset(prose: Prose, filled: Filled, at: int, _: random.Random) -> Iterator[Lie | None]:
    for slot in filled.slots:
        owner, field = _split(slot.path)
        if owner:
            yield from (_with_value(prose, filled, slot, f"{one}.{field}", at) for one in _ASSETS if one != owner)
        if slot.path.startswith("items.0."):
            yield _with_value(prose, filled, slot, slot.path.replace("items.0.", "items.1."), at)
        for one, other in (("btc", "eth"), ("eth", "btc"), ("@1.", "@1027."), ("@1027.", "@1.")):
            if f".{one}." in f".{slot.path}." or slot.path.startswith(one):
                yield _with_value(prose, filled, slot, slot.path.replace(one, other, 1), at)


def _wrong_field(prose: Prose, filled: Filled, at: int, _: random.Random) -> Iterator[Lie | None]:
    groups = (
        _MONEY,
        ("liquidations.24h.total", "liquidations.24h.long", "liquidations.24h.short", "open_interest"),
        ("circulating_supply", "max_supply"), ("rsi.rsi7", "rsi.rsi14"), ("macd.macdLine", "macd.signalLine", "macd.histogram"),
        ("positive_pct", "negative_pct", "neutral_pct"), ("holder_shares.whales_pct", "holder_shares.others_pct"),
        ("low", "high", "last_close", "first_open"), ("pivotPoint", "resistances.0", "supports.0", "fibonacciLevels.swingHigh"),
        ("leverage.open_interest.total", "leverage.open_interest.perpetuals", "leverage.open_interest.futures"),
        ("gas.eth.standard", "gas.eth.fast"), ("sentiment.fear_greed.current.index", "rotation.altcoin_season.current.index"),
    )  # fmt: skip
    for slot in filled.slots:
        owner, field = _split(slot.path)
        for group in groups if slot.is_named else ():
            if field in group:
                paths = [f"{owner}.{one}" if owner else one for one in group if one != field]
                yield from (_with_value(prose, filled, slot, path, at) for path in paths)


def _wrong_period(prose: Prose, filled: Filled, at: int, _: random.Random) -> Iterator[Lie | None]:
    for slot in filled.slots:
        owner, field = _split(slot.path)
        if field in _PERIODS:
            # The direction word of the answer stays, so the value keeps its sign.
            for other in _PERIODS:
                lie = _with_value(prose, filled, slot, f"{owner}.{other}", at) if other != field else None
                if lie is not None and lookup(prose, f"{owner}.{other}") * lookup(prose, slot.path) > 0:
                    yield lie
        for one, other in (("7d", "24h"), ("24h", "7d"), ("24h", "30d"), ("total_usd24h", "total_usd30d"),
                           ("200_day", "30_day"), ("30_day", "200_day"), ("rsi14", "rsi7")):  # fmt: skip
            if slot.path.endswith(one) and field not in _PERIODS:
                yield _with_value(prose, filled, slot, slot.path[: -len(one)] + other, at)


def _wrong_sign(prose: Prose, filled: Filled, at: int, _: random.Random) -> Iterator[Lie | None]:
    for slot in filled.slots:
        text = filled.text[slot.start : slot.end]
        if text[0] in "+-" and re.search(r"[1-9]", text):
            yield replaced(filled, slot, {"+": "-", "-": "+"}[text[0]] + text[1:], at, "sign")
            continue
        before = filled.text[: slot.start]
        # The word of direction right in front, of the template's own choice.
        for up, down in (("up", "down"), ("gained", "lost"), ("rose", "fell"), ("gaining", "losing"), ("climbed", "dropped"),
                         ("rose", "slipped"), ("inflow", "outflow"), ("climbed", "fell")):  # fmt: skip
            match = re.search(rf"\b({up}|{down})((?: of| by)?\s[*_]*)$", before)
            if match and "=" not in slot.path and not before[: match.start()].endswith("gave "):
                other = down if match[1] == up else up
                moved = len(other) - len(match[1])
                changed = before[: match.start(1)] + other + before[match.end(1) :] + filled.text[slot.start :]
                yield Lie("", at, changed, slot.start + moved, slot.end + moved, f"{match[1]} -> {other}")
                break


def _wrong_unit(prose: Prose, filled: Filled, at: int, _: random.Random) -> Iterator[Lie | None]:
    for slot in filled.slots:
        text = filled.text[slot.start : slot.end]
        if text.startswith("$"):
            yield replaced(filled, slot, "€" + text[1:], at, "euro")
            if not text[-1].isalpha():
                yield replaced(filled, slot, text[1:] + "%", at, "percent")
        elif text.endswith("%") and text[0].isdigit():
            yield replaced(filled, slot, "$" + text[:-1], at, "dollars")


def _wrong_magnitude(prose: Prose, filled: Filled, at: int, _: random.Random) -> Iterator[Lie | None]:
    for slot in filled.slots:
        text = filled.text[slot.start : slot.end]
        for one, other in (("trillion", "billion"), ("billion", "million"), ("million", "billion")):
            if one in text:
                yield replaced(filled, slot, text.replace(one, other), at, other)
        for one, other in (("T", "B"), ("B", "M"), ("M", "B"), ("K", "M")):
            if text.endswith(one):
                yield replaced(filled, slot, text[:-1] + other, at, other)
        if slot.style in FORMATS and slot.style not in {"rank", "i"}:
            value = lookup(prose, slot.path)
            yield replaced(filled, slot, FORMATS[slot.style](value * 10), at, "x 10")


def _stale(prose: Prose, filled: Filled, at: int, _: random.Random) -> Iterator[Lie | None]:
    for slot in filled.slots:
        for moment in ("yesterday", "last_week", "last_month"):
            if ".current" in slot.path:
                path = slot.path.replace("current.index", f"history.{moment}.index").replace(
                    ".current", f".history.{moment}"
                )
                yield _with_value(prose, filled, slot, path, at)
        if slot.path.endswith(("last_close", "price")) and set(prose.calls) & {"month", "closes"}:
            owner = slot.path.partition(".")[0]
            name = f"{owner}.first_close" if owner.isdigit() and "closes" in prose.calls else "first_open"
            yield _with_value(prose, filled, slot, name, at)


def _swapped(prose: Prose, filled: Filled, at: int, _: random.Random) -> Iterator[Lie | None]:
    for one, other in zip(filled.slots, filled.slots[1:], strict=False):
        first, second = filled.text[one.start : one.end], filled.text[other.start : other.end]
        if (
            one.style != other.style
            or one.style in DATES
            or "=" in one.path + other.path
            or _is_like(lookup(prose, one.path), lookup(prose, other.path))
        ):
            continue
        text = filled.text[: one.start] + second + filled.text[one.end : other.start] + first + filled.text[other.end :]
        yield Lie("", at, text, one.start, other.end - len(second) + len(first) + len(second) - len(first), "swapped")


def _rounded_away(prose: Prose, filled: Filled, at: int, _: random.Random) -> Iterator[Lie | None]:
    for slot in filled.slots:
        value = lookup(prose, slot.path) if slot.style in FORMATS else 0.0
        if slot.style.startswith("usd") and abs(value) >= 100:
            coarse = float(f"{value:.0e}")
            if abs(coarse / value - 1) < 0.04:
                coarse = float(f"{value * 1.08:.1e}")
            if abs(coarse / value - 1) > 0.04:
                yield replaced(filled, slot, "about " + FORMATS["usd0"](coarse), at, "coarse")
        elif slot.style in {"p1", "p2"} and abs(value) >= 12:
            coarse = round(abs(value) / 10) * 10
            if coarse and abs(coarse / abs(value) - 1) > 0.04:
                yield replaced(filled, slot, f"about {coarse}%", at, "coarse")


def _invented(prose: Prose, filled: Filled, at: int, chance: random.Random) -> Iterator[Lie | None]:
    for slot in filled.slots:
        value = lookup(prose, slot.path)
        if (
            slot.style not in FORMATS
            or not value
            or slot.style == "rank"
            or filled.text[slot.end : slot.end + 2] == "st"
        ):
            continue
        factor = chance.choice((0.31, 0.47, 0.63, 1.57, 1.83, 2.29))
        yield replaced(filled, slot, FORMATS[slot.style](value * factor), at, f"x {factor}")


_Maker = Callable[[Prose, Filled, int, random.Random], Iterator[Lie | None]]
_MAKERS: dict[str, _Maker] = dict(
    zip(
        CLASSES,
        (_wrong_asset, _wrong_field, _wrong_period, _wrong_sign, _wrong_unit, _wrong_magnitude, _stale, _swapped,
         _rounded_away, _invented),
        strict=True,
    )
)  # fmt: skip


_MONEY_TEXT = re.compile(r"\$[\d,]+\.\d+(?: (?:trillion|billion|million))?")
_PERCENT_TEXT = re.compile(r"\b\d+\.\d\d%")
_NAMES = (("Bitcoin (BTC)", "Ethereum (ETH)"), ("Ethereum (ETH)", "Solana (SOL)"), ("Solana (SOL)", "Bitcoin (BTC)"),
          ("XRP", "Dogecoin (DOGE)"), ("Dogecoin (DOGE)", "XRP"), ("BNB", "Solana (SOL)"))  # fmt: skip
_LENGTHS = (
    ("24 hours", "7 days"),
    ("7 days", "30 days"),
    ("30 days", "7 days"),
    ("90 days", "30 days"),
    ("last year", "last 7 days"),
)


def lies_in_answers() -> Iterator[tuple[Recorded, Lie]]:
    """Lies in the analyst's answers, made of the text alone."""
    for at, answer in enumerate(recorded_answers()):
        body = answer.text.split("\n\n_As of")[0]
        if not answer.results or "_As of" not in answer.text:
            continue
        chance = random.Random(1_000 + at)
        for kind, make in (
            ("invented", _perturbed),
            ("wrong sign", _turned),
            ("wrong magnitude", _scaled),
            ("wrong asset", _renamed),
            ("wrong period", _relabelled),
        ):
            made = list(make(answer.text, len(body), chance))
            for start, end, text in chance.sample(made, min(1, len(made))):
                yield answer, Lie(kind, at, text, start, end, "")


_Change = Iterator[tuple[int, int, str]]


def _perturbed(text: str, length: int, chance: random.Random) -> _Change:
    for match in _MONEY_TEXT.finditer(text, 0, length):
        digits = re.search(r"[\d,]+\.\d+", match.group())
        assert digits is not None
        places = len(digits.group().partition(".")[2])
        number = float(digits.group().replace(",", "")) * chance.choice((0.71, 1.19, 1.43))
        changed = match.group().replace(digits.group(), f"{number:,.{places}f}")
        if changed != match.group():
            yield match.start(), match.start() + len(changed), text[: match.start()] + changed + text[match.end() :]


def _turned(text: str, length: int, chance: random.Random) -> _Change:
    for match in re.finditer(r"\b(rose|fell) (\d+\.\d\d%)", text[:length]):
        if float(match[2][:-1]) == 0:
            continue
        other = {"rose": "fell", "fell": "rose"}[match[1]]
        yield match.start(2), match.end(2), text[: match.start(1)] + other + text[match.end(1) :]
    for match in re.finditer(r"(?<=\| )[+-](?=\d+\.\d\d% )", text[:length]):
        if text[match.end() : match.end() + 4] != "0.00":
            other = {"+": "-", "-": "+"}[match.group()]
            yield match.start(), match.end() + 4, text[: match.start()] + other + text[match.end() :]


def _scaled(text: str, length: int, chance: random.Random) -> _Change:
    for match in re.finditer(r"\$[\d,.]+ (trillion|billion|million)", text[:length]):
        other = {"trillion": "billion", "billion": "million", "million": "billion"}[match[1]]
        changed = match.group().replace(match[1], other)
        yield match.start(), match.start() + len(changed), text[: match.start()] + changed + text[match.end() :]


def _renamed(text: str, length: int, chance: random.Random) -> _Change:
    """Another asset's name over the figures; only answers on one asset, with a price in them."""
    named = [name for name in (one for one, _ in _NAMES) if name in text[:length]]
    for name, other in _NAMES:
        money = _MONEY_TEXT.search(text, 0, length)
        if named == [name] and money and "|" not in text[:length] and " at $" not in text[:length]:
            changed = text.replace(name, other)
            place = len(text[: money.start()].replace(name, other))
            bare = name.partition(" (")[0]
            if text[:length].count(bare) > text[:length].count(name):
                continue
            if text.find(name) < money.start() and not text[:length].startswith("As of"):
                yield place, place + len(money.group()), changed


def _relabelled(text: str, length: int, chance: random.Random) -> _Change:
    for one, other in _LENGTHS:
        for match in re.finditer(rf"(\d+\.\d\d%)(\*\*)? over (?:the )?(?:last )?{one}", text[:length]):
            changed = match.group().replace(one, other)
            if float(match[1][:-1]):
                yield match.start(1), match.end(1), text[: match.start()] + changed + text[match.end() :]
