"""Points at a cell inside a tool result: `results[0].price`, `results[asset_id=1].history@close`, `items[0:3].name`."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["PathError", "look_up"]

_STEP = re.compile(
    r"(?:^|\.)(?P<name>[\w%]+(?:\.\d+%)?)|\[(?P<index>-?\d+)\]|\[(?P<start>\d+):(?P<stop>\d+)\]|\[(?P<key>\w+)=(?P<wanted>[^\]]+)\]"
    r"|@(?P<column>\w+)"
)


class PathError(LookupError):
    """The result has no such cell."""


def look_up(result: Any, path: str) -> Any:
    """`name` is a member, `[n]` an item, `[a:b]` some items (what follows is read of each), `[key=value]` the item
    with that member, `@column` a column of a table of headers and rows. Raises: PathError."""
    at, steps = 0, []
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None:
            raise PathError(f"{path!r}: cannot be read from character {at}")
        steps.append(match)
        at = match.end()
    return _walk(result, steps, path)


def _walk(value: Any, steps: list[re.Match[str]], path: str) -> Any:
    for position, step in enumerate(steps):
        if step["start"] is not None:
            some = value[int(step["start"]) : int(step["stop"])] if isinstance(value, list) else None
            if not some:
                raise PathError(f"{path!r}: no items at {step.group()!r}")
            return [_walk(each, steps[position + 1 :], path) for each in some]
        value = _taken(value, step, path)
    if value is None:
        raise PathError(f"{path!r}: the cell is empty")
    return value


def _taken(value: Any, step: re.Match[str], path: str) -> Any:
    try:
        if step["name"] is not None:
            return value[step["name"]]
        if step["index"] is not None:
            return value[int(step["index"])]
        if step["column"] is not None:
            at = value["headers"].index(step["column"])
            return [row[at] for row in value["rows"]]
        return next(each for each in value if str(each[step["key"]]) == step["wanted"])
    except (LookupError, TypeError, ValueError, StopIteration):
        raise PathError(f"{path!r}: nothing at {step.group()!r}") from None
