"""Texts labelled by hand: `dev` was looked at while the rules were written, `heldout` was written before them and not
looked at, `prose` are sentences of the handbook drawn by chance."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct

from cryptodesk.documents.entities import extract_entities
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.identity.mentions import AssetMentions

__all__ = ["FIND_ASSETS", "Label", "Measure", "load_labels", "measure"]

FIND_ASSETS = AssetMentions(AssetDirectory()).find


class Label(Struct, frozen=True):
    """`entities` are the texts of names with the types that are right for them."""

    part: Literal["dev", "heldout", "prose"]
    text: str
    entities: tuple[tuple[str, tuple[str, ...]], ...]


class Measure(Struct, frozen=True):
    right: int
    wrong: tuple[str, ...]
    missed: tuple[str, ...]

    @property
    def precision(self) -> float:
        return self.right / (self.right + len(self.wrong))

    @property
    def recall(self) -> float:
        return self.right / (self.right + len(self.missed))


def load_labels() -> list[Label]:
    lines = (Path(__file__).parent / "labelled.jsonl").read_text("utf-8").splitlines()
    return [
        Label(row["part"], row["text"], tuple((one["text"], tuple(one["types"])) for one in row["entities"]))
        for row in map(json.loads, lines)
    ]


def measure(part: str) -> Measure:
    """A name counts as found only under its text, and right only under one of its types."""
    judged = [pair for label in load_labels() if label.part == part for pair in _judge(label)]
    return Measure(
        sum(verdict == "right" for verdict, _ in judged),
        tuple(name for verdict, name in judged if verdict == "wrong"),
        tuple(name for verdict, name in judged if verdict == "missed"),
    )


def _judge(label: Label) -> Iterator[tuple[str, str]]:
    found = {
        mention.text: mention.best.type
        for entity in extract_entities(label.text, FIND_ASSETS).entities
        for mention in entity.mentions
    }
    expected = dict(label.entities)
    for text, kind in found.items():
        yield ("right" if kind in expected.get(text, ()) else "wrong"), f"{text} as {kind}: {label.text[:60]}"
    for text, kinds in expected.items():
        if found.get(text) not in kinds:
            yield "missed", f"{text}: {label.text[:60]}"
