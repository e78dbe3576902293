"""Writes core/pattern_words.tsv: what a text must hold for a pattern of the product to match anywhere in it.

python scripts/write_pattern_words.py            # writes it anew
python scripts/write_pattern_words.py --check    # tells whether it is that of the code

A pattern that the file does not know is tried on every text, so an old file is slower and never wrong.
"""

from __future__ import annotations

import gc
import importlib
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import msgspec

import cryptodesk
from cryptodesk.core.pattern_words import FILE_NAME, Words, key_of
from cryptodesk.core.patterns import Pattern

TARGET = Path(__file__).parents[1] / "src" / "cryptodesk" / "core" / FILE_NAME

# More strings than these at one place are no longer multiplied out, which keeps the file and its reading small.
_MOST_STRINGS = 48
_MOST_OF_A_CLASS = 12
_ASCII = 128

# What a text must hold: a string, any of several (`Any`), all of several (`All`); None is no condition.
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)


class AnyOf(frozenset[Any]):
    """Needs of which one must hold."""


class AllOf(frozenset[Any]):
    """Needs that all must hold."""


Need = str | AnyOf | AllOf | None


def any_of(needs: Iterable[Need]) -> Need:
    found: set[Any] = set()
    for need in needs:
        if need is None or need == "":
            return None
        found |= need if isinstance(need, AnyOf) else {need}
    strings = [need for need in found if isinstance(need, str)]
    kept = {need for need in found if not _holds_another(need, strings)}
    return next(iter(kept)) if len(kept) == 1 else AnyOf(kept)


def all_of(needs: Iterable[Need]) -> Need:
    found: set[Any] = set()
    for need in needs:
        if need is not None and need != "":
            found |= need if isinstance(need, AllOf) else {need}
    strings = [need for need in found if isinstance(need, str)]
    kept = {need for need in found if not any(_implies(other, need) for other in strings)}
    return None if not kept else next(iter(kept)) if len(kept) == 1 else AllOf(kept)


def _holds_another(need: object, strings: Sequence[str]) -> bool:
    """Where one of several will do, "coin" adds nothing to "in", nor does "coin" with more beside it."""
    if isinstance(need, AllOf):
        return any(_holds_another(part, strings) or part in strings for part in need if isinstance(part, str))
    return isinstance(need, str) and any(other != need and other in need for other in strings)


def _implies(string: str, need: object) -> bool:
    """Where all are wanted, "in" adds nothing to "coin"."""
    if isinstance(need, AnyOf):
        return any(isinstance(part, str) and part in string for part in need)
    return isinstance(need, str) and need != string and need in string


class _Part:
    """What a part of a pattern matches: one of `strings`, or texts that meet `need`."""

    def __init__(self, strings: frozenset[str] | None, need: Need = None) -> None:
        self.strings = strings
        self.need = any_of(strings) if strings is not None else need


_ANYTHING = _Part(None)
_NOTHING_WIDE = frozenset({""})


def need_of(pattern: str, flags: int) -> Need:
    """Raises: re.error for a pattern that is none."""
    tree = parser.parse(pattern, flags)
    if tree.state.flags & re.IGNORECASE != flags & re.IGNORECASE or tree.state.flags & re.VERBOSE:
        return None
    return _sequence(tree, folded=bool(flags & re.IGNORECASE)).need


def _sequence(items: Iterable[tuple[Any, Any]], *, folded: bool) -> _Part:
    strings, needs, is_exact = _NOTHING_WIDE, [], True
    for code, value in items:
        part = _part(code, value, folded=folded)
        together = _joined(strings, part.strings)
        if together is not None:
            strings = together
            needs.append(part.need if code is codes.ASSERT else None)
            continue
        needs.append(any_of(strings))
        needs.append(None if part.strings is not None else part.need)
        strings, is_exact = part.strings or _NOTHING_WIDE, False
    if is_exact and not any(need is not None for need in needs):
        return _Part(strings)
    return _Part(None, all_of([*needs, any_of(strings)]))


def _joined(left: frozenset[str], right: frozenset[str] | None) -> frozenset[str] | None:
    if right is None or len(left) * len(right) > _MOST_STRINGS:
        return None
    return frozenset(first + second for first, second in product(left, right))


def _part(code: Any, value: Any, *, folded: bool) -> _Part:
    if code is codes.LITERAL:
        return _characters([value], folded=folded)
    if code is codes.IN:
        return _characters(list(_class(value)), folded=folded)
    if code is codes.SUBPATTERN:
        _, added, removed, inner = value
        return _ANYTHING if added or removed else _sequence(inner, folded=folded)
    if code is codes.ATOMIC_GROUP:
        return _sequence(value, folded=folded)
    if code is codes.BRANCH:
        return _branch([_sequence(each, folded=folded) for each in value[1]])
    if code in _REPEATS:
        return _repeated(value[0], value[1], _sequence(value[2], folded=folded))
    if code is codes.ASSERT:
        return _looking(_sequence(value[1], folded=folded).need)
    return _Part(_NOTHING_WIDE) if code in {codes.AT, codes.ASSERT_NOT} else _ANYTHING


def _looking(need: Need) -> _Part:
    part = _Part(_NOTHING_WIDE)
    part.need = need
    return part


def _characters(points: list[int], *, folded: bool) -> _Part:
    if not points or (folded and max(points) >= _ASCII):
        return _ANYTHING
    return _Part(frozenset(chr(point).lower() if folded else chr(point) for point in points))


def _class(items: Sequence[tuple[Any, Any]]) -> Iterator[int]:
    """The characters of a class, none at all where it is not a short list of them."""
    points: list[int] = []
    for code, value in items:
        if code is codes.LITERAL:
            points.append(value)
        elif code is codes.RANGE:
            points += range(value[0], value[1] + 1)
        else:
            return iter(())
    return iter(points if len(points) <= _MOST_OF_A_CLASS else ())


def _branch(parts: list[_Part]) -> _Part:
    strings = [part.strings for part in parts if part.strings is not None and part.need == any_of(part.strings)]
    if len(strings) == len(parts) and len(joined := frozenset[str]().union(*strings)) <= _MOST_STRINGS:
        return _Part(joined)
    return _Part(None, any_of(part.need for part in parts))


def _repeated(least: int, most: int, part: _Part) -> _Part:
    if least == 0:
        return _Part(part.strings | _NOTHING_WIDE) if most == 1 and part.strings is not None else _ANYTHING
    if least == most == 1:
        return part
    return _Part(None, part.need)


def encoded(need: Need) -> Words:
    """Any of these; within it all of these; and so on by turns."""
    return [_inner(part) for part in _ordered(need if isinstance(need, AnyOf) else [need])]


def _inner(need: Any) -> Any:
    return need if isinstance(need, str) else [_inner(part) for part in _ordered(need)]


def _ordered(needs: Iterable[Any]) -> list[Any]:
    # Long strings are rare in a text, so that where all are wanted most texts fail at the first.
    return sorted(needs, key=lambda need: (not isinstance(need, str), -len(need), repr(_inner(need))))


def patterns() -> list[Pattern]:
    """Every pattern that the product's modules make when they are imported."""
    for module in pkgutil.walk_packages(cryptodesk.__path__, "cryptodesk."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    gc.unfreeze()  # what was frozen is not told of
    return [found for found in gc.get_objects() if type(found) is Pattern]


def table() -> str:
    """A line for each pattern that no text without certain strings can match: its key, and these."""
    lines = set()
    for pattern in patterns():
        need = need_of(pattern.pattern, pattern.flags)
        if need is not None:
            lines.add(f"{key_of(pattern.pattern, pattern.flags)}\t{msgspec.json.encode(encoded(need)).decode()}\n")
    return "".join(sorted(lines))


def main() -> None:
    written = table()
    if "--check" not in sys.argv:
        TARGET.write_text(written, encoding="utf-8")
    elif TARGET.read_text(encoding="utf-8") != written:
        sys.exit(f"{TARGET.name} is not that of the code: run python scripts/write_pattern_words.py")


if __name__ == "__main__":
    main()
