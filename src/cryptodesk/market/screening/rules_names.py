"""Rules for tags, chains, sizes and words in names."""

from __future__ import annotations

from cryptodesk.market.screening.amounts import plain_number
from cryptodesk.market.screening.lexicon import SIZES
from cryptodesk.market.screening.reading import Reader, Unfit

__all__ = ["read_exclusion", "read_name", "read_size", "read_text"]

_JOINS = frozenset({"and", "or"})
_SIZE_WORDS = {"nano": "nano", "micro": "micro", "tiny": "micro", "low": "low", "small": "low", "mid": "mid",
               "medium": "mid", "large": "large", "big": "large", "mega": "mega"}  # fmt: skip
_ON = ("on", "in", "from", "for", "across", "native to", "built on", "running on", "deployed on", "based on")


def read_name(reader: Reader, place: int) -> int | None:
    """A tag or chain, or several joined by "and", "or" or commas, which then mean any of them."""
    field = _field_of(reader, place)
    if field is None:
        return None
    values, end, joins = _gather(reader, place, field)
    if _is_under_not(reader, place):
        raise Unfit(end, "it is not clear what the 'no' before it excludes")
    if len(values) == 1:
        reader.add(field, "eq", values[0])
        return end
    if not joins <= {"or", "/"}:
        reader.note(f"{reader.text(place, end)!r} was read as any of them")
    reader.add(field, "in", tuple(values))
    return end


def _is_under_not(reader: Reader, place: int) -> bool:
    """Whether an unknown word stands between a "no" and the name, as in "no more memes"."""
    at = place - 1
    while reader.kind(at) in {"word", "idiom", "fill"}:
        at -= 1
    return at < place - 1 and reader.kind(at) == "not"


def read_exclusion(reader: Reader, place: int) -> int | None:
    """None of several, as in "excluding stablecoins and wrapped tokens"."""
    at = reader.skip(place + 1, "preposition", "noun", "limit")
    field = _field_of(reader, at, is_sure=True) if reader.kind(place) == "not" else None
    if field is None:
        return None
    values, end, _ = _gather(reader, at, field)
    for value in values:
        reader.add(field, "ne", value)
    return end


def _gather(reader: Reader, place: int, field: str) -> tuple[list[str], int, set[str]]:
    values, end, joins = [_value(reader, place)], _past_noun(reader, place + 1), set[str]()
    while True:
        joint = reader.skip(end) if reader.kind(reader.skip(end)) in _JOINS else end
        text = reader.at(joint).text if reader.kind(joint) == "mark" else reader.kind(joint)
        if text not in {"and", "or", ",", "/", "&"}:
            return values, end, joins
        at = joint + 1
        if text == "," and reader.kind(at) in _JOINS:
            text, at = reader.kind(at), at + 1
        at = reader.skip(at, "preposition")
        if _field_of(reader, at, is_sure=True) != field:
            return values, end, joins
        joins.add(text)
        values += [_value(reader, at)] if _value(reader, at) not in values else []
        end = _past_noun(reader, at + 1)


def _past_noun(reader: Reader, place: int) -> int:
    return place + 1 if reader.kind(place) == "noun" else place


def _value(reader: Reader, place: int) -> str:
    value = reader.at(place).value
    return str(value[0] if isinstance(value, tuple) else value)


def _field_of(reader: Reader, place: int, *, is_sure: bool = False) -> str | None:
    """The field "tag" or "platform", if a tag or chain is named at the place and the asset type has such a field."""
    kind = reader.kind(place)
    is_rival = not is_sure and reader.kind(_content_before(reader, place)) in {"against", "compare"}
    if kind == "tag" and "tag" in reader.fields and not is_rival:
        return "tag"
    is_chain = kind == "chain" and not is_rival and "platform" in reader.fields
    return "platform" if is_chain and _is_chain_meant(reader, place, is_sure) else None


def _is_chain_meant(reader: Reader, place: int, is_sure: bool) -> bool:
    """Words that are also coins or plain English are chains only beside a word that says so."""
    _, is_clear = reader.at(place).value
    if is_sure and is_clear:
        return True
    before = reader.at(_content_before(reader, place))
    if before.kind in {"word", "idiom"}:
        return False
    is_on = before.text.split(" the")[0] in _ON
    after = reader.at(place + 1)
    names_it = after.kind in {"noun", "tag", "sort"} or after.text in {
        "chain",
        "network",
        "ecosystem",
        "blockchain",
        "based",
        "native",
        "meme",
        "memes",
    }
    return is_clear or is_on or names_it or is_sure


def _content_before(reader: Reader, place: int) -> int:
    place -= 1
    while reader.kind(place) == "fill":
        place -= 1
    return place


def read_size(reader: Reader, place: int) -> int | None:
    """Market caps in the bounds of sizes: "low cap", "small or mid cap"."""
    sizes, at = [], place
    while reader.at(at).text in _SIZE_WORDS and reader.at(at + 1).text in {"and", "or", "to", "/", "-", ","}:
        sizes.append(_SIZE_WORDS[reader.at(at).text])
        at += 2
    while reader.kind(at) == "cap size":
        sizes.append(reader.at(at).value)
        at += 1
        if reader.at(at).text in {"and", "or", "to", "/"} and reader.kind(at + 1) == "cap size":
            at += 1
    if not sizes or reader.kind(at - 1) != "cap size" or "market_cap" not in reader.fields:
        return None
    _add_sizes(reader, sizes, reader.text(place, at))
    return at


def _add_sizes(reader: Reader, sizes: list[str], said: str) -> None:
    lows, highs = zip(*(SIZES[size] for size in sizes), strict=True)
    low = None if None in lows else min(bound for bound in lows if bound is not None)
    high = None if None in highs else max(bound for bound in highs if bound is not None)
    bounds = []
    if low is not None:
        reader.add("market_cap", "gte", plain_number(low))
        bounds.append(f"from {low:,.0f}")
    if high is not None:
        reader.add("market_cap", "lt", plain_number(high))
        bounds.append(f"below {high:,.0f}")
    reader.note(f"{said!r} was read as a market cap {' and '.join(bounds) or 'of any size'} US dollars")


def read_text(reader: Reader, place: int) -> int | None:
    """As in "name contains inu"."""
    if reader.kind(place) != "text" or reader.at(place).value not in reader.fields:
        return None
    at = place + 1
    if reader.kind(at) in {"end", "mark", "amount"}:
        raise Unfit(at, "no text to look for was named")
    reader.add(reader.at(place).value, "contains", reader.text(at, at + 1).casefold())
    return at + 1
