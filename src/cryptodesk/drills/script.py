"""What the provider of a drill says where no fault makes it say something else: the answer, and what a researched
answer asks for on its way to it."""

from __future__ import annotations

import re
from typing import Any, Literal

from cryptodesk.drills.answers import Call, Said, counted_for

__all__ = ["ENDING", "OPENING", "TOOL", "Role", "calling", "role_of", "said_for"]

# How an answer of the drill's provider is known again in what a client saw.
OPENING = "The drill says"
ENDING = "The drill ends here."
TOOL = "cmc_math_eval"

INPUT_TOKENS, CACHED_TOKENS = 100, 20

# A chat has one call; of a researched answer the last writes, one before it gathers, the rest want an object.
Role = Literal["write", "gather", "object"]

_WRITES = b"## Facts (reference"
_FACT = re.compile(rb"(f\d+) \|[^\\]*?\| (s\d+)")
_OBJECT = '{"tasks":[],"searches":[],"keep":[1],"questions":[]}'
_GATHERING = '{"asset_type":"coin","ids":[1],"metrics":["price"]}'


def role_of(body: bytes, asked: dict[str, Any], *, is_research: bool) -> Role:
    if not is_research or _WRITES in body:
        return "write"
    return "gather" if asked.get("tools") else "object"


def said_for(role: Role, body: bytes, number: int) -> Said:
    """`number` counts the calls of this role in the run, from 0."""
    if role == "object":
        return _counted(Said((_OBJECT,)))
    if role == "gather":
        return calling("cmc_market_data", _GATHERING) if number == 0 else _counted(Said(("done",)))
    fact = _FACT.search(body)
    found = "known. " if fact is None else f"{{{{{fact[1].decode()}}}}} [[{fact[2].decode()}]]. "
    return _counted(Said(("₿ ", f"{OPENING}: ", "the price is ", found, "The drill ", "ends here.")))


def calling(name: str, arguments: str) -> Said:
    return _counted(Said(calls=(Call("call_drill", name, arguments),)))


def _counted(said: Said) -> Said:
    return Said(said.text, said.reasoning, said.calls, counted_for(said, INPUT_TOKENS, CACHED_TOKENS))
