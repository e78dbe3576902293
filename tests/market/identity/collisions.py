"""The published set of colliding names: how it is read, and how an answer is scored.

Each line of `collisions.jsonl` was written by hand: a `text` asked of the directory (`kind` "lookup") or a question
searched for assets ("sentence"), optionally `as_of` a day, and what must come out:

    an id, or a list of ids      these assets; nothing need be said
    {"warned": id}               this asset, with a warning
    {"close_call": [ids]}        an answer that is flagged and names these assets; for no ids, no answer will do too
    "none"                       nothing, or guesses that are flagged as such; in a sentence nothing at all
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.identity.mentions import AssetMentions

__all__ = ["Case", "Outcome", "load_cases", "score"]

Outcome = Literal["right", "close call", "wrong", "silently wrong"]
Answer = tuple[int, bool, tuple[int, ...]]


class Case(Struct, frozen=True, forbid_unknown_fields=True):
    kind: Literal["lookup", "sentence"]
    group: str
    text: str
    expect: int | list[int] | str | dict[str, int | list[int]]
    why: str
    as_of: date | None = None


def load_cases() -> list[Case]:
    lines = (Path(__file__).parent / "collisions.jsonl").read_text(encoding="utf-8").splitlines()
    return [msgspec.convert(json.loads(line), Case, strict=False) for line in lines]


def score(case: Case, directory: AssetDirectory, mentions: AssetMentions) -> Outcome:
    """A close call is an answer that names its choice or asks back; a wrong pick is silent where it does neither."""
    answers = _looked_up(case, directory) if case.kind == "lookup" else _found(case, mentions)
    if case.expect == "none":
        return _score_none(case, answers)
    if isinstance(case.expect, dict):
        return _score_flagged(case, answers)
    wanted = case.expect if isinstance(case.expect, list) else [case.expect]
    got = [asset_id for asset_id, _, _ in answers]
    is_flagged = any(flagged for _, flagged, _ in answers)
    if got == wanted:
        return "close call" if is_flagged else "right"
    return "wrong" if is_flagged or not got else "silently wrong"


def _looked_up(case: Case, directory: AssetDirectory) -> list[Answer]:
    found = directory.lookup(case.text, 10, as_of=case.as_of)
    others = tuple(match.asset.asset_id for match in found)
    return [(match.asset.asset_id, match.is_close_call or match.warning is not None, others) for match in found[:1]]


def _found(case: Case, mentions: AssetMentions) -> list[Answer]:
    found = mentions.find(case.text, as_of=case.as_of)
    return [(one.asset_id, one.is_close_call or one.warning is not None, one.rivals) for one in found]


def _score_none(case: Case, answers: Sequence[Answer]) -> Outcome:
    if not answers:
        return "right"
    if all(flagged for _, flagged, _ in answers):
        return "close call" if case.kind == "lookup" else "wrong"
    return "silently wrong"


def _score_flagged(case: Case, answers: Sequence[Answer]) -> Outcome:
    assert isinstance(case.expect, dict)
    if "warned" in case.expect:
        wanted = [case.expect["warned"]]
        if [asset_id for asset_id, _, _ in answers] != wanted:
            return "wrong" if all(flagged for _, flagged, _ in answers) else "silently wrong"
        return "right" if answers[0][1] else "silently wrong"
    if not all(flagged for _, flagged, _ in answers):
        return "silently wrong"
    named = set(_named(answers))
    listed = case.expect["close_call"]
    assert isinstance(listed, list)
    return "close call" if named.issuperset(listed) else "wrong"


def _named(answers: Iterable[Answer]) -> Iterable[int]:
    for asset_id, _, others in answers:
        yield asset_id
        yield from others
