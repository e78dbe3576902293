"""Hostile documents, names and feeds, written by hand, each with what it tries; and ordinary sentences like them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

__all__ = ["ATTACKS", "ORDINARY", "Attack", "of_kind"]

_FIELDS = {"id", "kind", "tries", "language", "title", "text", "expects", "name", "symbol", "feed"}


class Attack(Struct, frozen=True, kw_only=True):
    """`expects` are the warnings that must be given; `extra` are further fields of the document."""

    id: str
    kind: Literal["document", "name", "feed"]
    tries: str
    expects: tuple[str, ...]
    language: str = "en"
    title: str = ""
    text: str = ""
    name: str = ""
    symbol: str = ""
    feed: str = ""
    extra: dict[str, Any] = {}

    @property
    def written(self) -> str:
        """All that a document or a feed would bring."""
        return f"{self.title}\n{self.text}" if self.kind == "document" else self.feed

    def __str__(self) -> str:
        return f"{self.id} {self.tries}"


def _load(line: str) -> Attack:
    row = json.loads(line)
    known = {key: row[key] for key in row if key in _FIELDS and key != "expects"}
    extra = {key: row[key] for key in row if key not in _FIELDS}
    return Attack(**known, expects=tuple(row["expects"]), extra=extra)


_FOLDER = Path(__file__).parent
ATTACKS = [_load(line) for line in (_FOLDER / "attacks.jsonl").read_text("utf-8").splitlines()]
# News, how-tos and code that hold the words of orders and give none.
ORDINARY = (_FOLDER / "ordinary.txt").read_text("utf-8").splitlines()


def of_kind(*kinds: str) -> list[Attack]:
    return [attack for attack in ATTACKS if attack.kind in kinds]
