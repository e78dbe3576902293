"""robots.txt: whether a page may be fetched, and how long to wait between two.

Source: RFC 9309. The longest matching rule counts, and of two equally long ones the one that allows."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

__all__ = ["EVERYTHING", "NOTHING", "RobotsRules", "parse_robots"]

_MOST_LINES = 5_000
_MOST_RULES = 1_000
_LONGEST_RULE = 500
_LONGEST_DELAY_SECONDS = 30.0


class RobotsRules(Struct, frozen=True):
    """The rules for one agent. `rules` are (allows, pattern); `delay_seconds` is what the site asks for."""

    rules: tuple[tuple[bool, str], ...] = ()
    delay_seconds: float = 0.0

    def allows(self, path: str) -> bool:
        """`path` with its query."""
        best = (-1, True)
        for is_allowed, pattern in self.rules:
            if _matches(pattern, path):
                best = max(best, (len(pattern), is_allowed))
        return best[1]


EVERYTHING = RobotsRules()
NOTHING = RobotsRules(((False, "/"),))


def parse_robots(text: str, agent: str) -> RobotsRules:
    """The rules for the agent's own group, else for `*`. Lines that make no sense are passed over."""
    own: list[tuple[str, str]] = []
    common: list[tuple[str, str]] = []
    has_own = False
    agents: list[str] = []
    is_open = False
    for field, value in _lines(text):
        if field == "user-agent":
            agents = [*agents, value.lower()] if is_open else [value.lower()]
            is_open = True
            has_own = has_own or value.lower() == agent.lower()
            continue
        is_open = False
        own += [(field, value)] if agent.lower() in agents else []
        common += [(field, value)] if "*" in agents else []
    return _rules(own if has_own else common)


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.lstrip("\ufeff").splitlines()[:_MOST_LINES]:
        field, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield field.strip().lower(), value.strip()[:_LONGEST_RULE]


def _rules(lines: list[tuple[str, str]]) -> RobotsRules:
    # An empty `Disallow` forbids nothing.
    rules = [(field == "allow", value) for field, value in lines if field in ("allow", "disallow") and value]
    return RobotsRules(tuple(rules[:_MOST_RULES]), max((_delay(*line) for line in lines), default=0.0))


def _delay(field: str, value: str) -> float:
    if field != "crawl-delay" or not value.replace(".", "", 1).isdecimal():
        return 0.0
    return min(float(value), _LONGEST_DELAY_SECONDS)


def _matches(pattern: str, path: str) -> bool:
    """`*` is any run of characters and a final `$` the end. Takes the earliest place for each piece, so that a hostile
    pattern costs no more than its length times the path's."""
    is_anchored = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    place = len(first)
    if is_anchored and not rest:
        return place == len(path)
    for number, piece in enumerate(rest):
        if is_anchored and number == len(rest) - 1:
            return path.endswith(piece) and len(path) - len(piece) >= place
        place = path.find(piece, place)
        if place < 0:
            return False
        place += len(piece)
    return True
