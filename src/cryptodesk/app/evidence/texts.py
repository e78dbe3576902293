"""The text that an answer's bytes tell, whichever dialect wrote them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

__all__ = ["told_text"]

_TEXTS = frozenset({"content", "text"})
# Of Vercel's data stream: the lines that are text.
_TEXT_LINE = "0:"


def told_text(body: bytes) -> str:
    """Every piece of text in its order, put together: of a JSON body, of an event stream, of lines of JSON."""
    whole = body.decode("utf-8", "replace")
    try:
        return "".join(_texts(json.loads(whole)))
    except ValueError:
        return "".join(_of_lines(whole))


def _of_lines(whole: str) -> Iterator[str]:
    for line in whole.split("\n"):
        payload = line.removeprefix("data:").strip()
        is_text = line.startswith(_TEXT_LINE)
        try:
            document = json.loads(line[len(_TEXT_LINE) :] if is_text else payload)
        except ValueError:
            continue  # a comment, the terminator, another kind of line
        if is_text:
            yield str(document)
        else:
            yield from _texts(document)


def _texts(document: Any) -> Iterator[str]:
    if isinstance(document, dict):
        for name, value in document.items():
            if name in _TEXTS and isinstance(value, str):
                yield value
            else:
                yield from _texts(value)
    elif isinstance(document, list):
        for value in document:
            yield from _texts(value)
