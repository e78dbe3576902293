"""Texts that a pattern is likely to match, drawn at random from its parsed form."""

from __future__ import annotations

import re
from random import Random
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_MOST_REPEATS = 2
_OF_CATEGORY = {
    codes.CATEGORY_DIGIT: "07",
    codes.CATEGORY_SPACE: " ",
    codes.CATEGORY_WORD: "aZ9",
    codes.CATEGORY_NOT_DIGIT: "x ",
    codes.CATEGORY_NOT_SPACE: "x4",
    codes.CATEGORY_NOT_WORD: " .",
}
_PRINTABLE = "".join(map(chr, range(32, 127))) + "é€–"


def draw_texts(pattern: str, flags: int, random: Random, count: int) -> list[str]:
    """Lookarounds are taken at their word where that is easy, so now and then a text does not match after all."""
    tree = parser.parse(pattern, flags)
    return [_Drawing(random).draw(tree, {}) for _ in range(count)]


class _Drawing:
    def __init__(self, random: Random) -> None:
        self._random = random

    def draw(self, items: Any, groups: dict[int, str]) -> str:
        return "".join(self._one(code, value, groups) for code, value in items)

    def _one(self, code: Any, value: Any, groups: dict[int, str]) -> str:
        random = self._random
        if code is codes.LITERAL:
            return chr(value)
        if code is codes.NOT_LITERAL:
            return random.choice([each for each in _PRINTABLE if ord(each) != value])
        if code is codes.ANY:
            return random.choice(_PRINTABLE)
        if code is codes.IN:
            return self._of_class(value)
        if code is codes.BRANCH:
            return self.draw(random.choice(value[1]), groups)
        if code is codes.SUBPATTERN:
            groups[value[0]] = text = self.draw(value[3], groups)
            return text
        if code is codes.ATOMIC_GROUP:
            return self.draw(value, groups)
        if code in {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}:
            least, most, inner = value
            times = random.randint(least, min(most, least + _MOST_REPEATS))
            return "".join(self.draw(inner, groups) for _ in range(times))
        if code is codes.GROUPREF:
            return groups.get(value, "")
        if code is codes.ASSERT:
            return self.draw(value[1], groups) if random.random() < 0.5 else ""
        return ""

    def _of_class(self, items: Any) -> str:
        random = self._random
        if items[0][0] is codes.NEGATE:
            refused = re.compile(f"[{''.join(re.escape(each) for each in _members(items[1:]))}]")
            return random.choice([each for each in _PRINTABLE if not refused.match(each)] or [" "])
        return random.choice(_members(items))


def _members(items: Any) -> str:
    found = ""
    for code, value in items:
        if code is codes.LITERAL:
            found += chr(value)
        elif code is codes.RANGE:
            found += chr(value[0]) + chr(value[1])
        else:
            found += _OF_CATEGORY[value]
    return found
