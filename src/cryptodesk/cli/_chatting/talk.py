"""A conversation as it is kept: its turns, how answers are wanted, and its file."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct, structs

from cryptodesk.cli._asking import Wish
from cryptodesk.cli._footer import run_part, source_part
from cryptodesk.core.events import RunFold
from cryptodesk.core.messages import Message, text_message
from cryptodesk.core.usage import decimal_text

__all__ = ["Shelf", "ShelfError", "Talk", "Turn", "as_turn"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_MOST_BYTES = 32 * 2**20


class Turn(Struct, frozen=True):
    """One question and its answer. `offers` are the answers to a question back, or questions to go on with, by their
    numbers. `cost_usd` is exact; None where no price is known."""

    question: str
    answer: str
    model: str
    asked_at: datetime
    cost_usd: str | None
    offers: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()


class Talk(Struct):
    """`name` is empty until it is saved; from then on each answer is."""

    schema: Literal["cryptodesk.chat/1"] = "cryptodesk.chat/1"
    name: str = ""
    wish: Wish = Wish()
    turns: list[Turn] = []

    def messages(self, question: str) -> tuple[Message, ...]:
        said = [message for turn in self.turns for message in _said(turn)]
        return (*said, text_message("user", question))

    def meant(self, typed: str) -> str:
        """What was typed, or the offer of the last answer that its number stands for."""
        offers = self.turns[-1].offers if self.turns else ()
        number = int(typed) if typed.isdecimal() and len(typed) < 4 else 0
        return offers[number - 1] if 1 <= number <= len(offers) else typed

    def cost(self) -> tuple[Decimal, int]:
        """The sum of what is known in USD, and how many answers have no known cost."""
        known = [Decimal(turn.cost_usd) for turn in self.turns if turn.cost_usd is not None]
        return sum(known, Decimal(0)), len(self.turns) - len(known)


def _said(turn: Turn) -> tuple[Message, Message]:
    return text_message("user", turn.question), text_message("assistant", turn.answer)


def as_turn(question: str, fold: RunFold, asked_at: datetime) -> Turn:
    """Of a run that ended well."""
    finished, started = fold.finished, fold.started
    research = finished.research if finished is not None else None
    cost = finished.cost if finished is not None else None
    return Turn(
        question,
        fold.text,
        started.model if started is not None else "",
        asked_at,
        decimal_text(cost.total_usd) if cost is not None and cost.is_known else None,
        (research.choices or research.related_questions) if research is not None else (),
        tuple(line.text for line in source_part(fold)),
        tuple(line.text for line in run_part(fold)),
    )


class ShelfError(Exception):
    """A conversation cannot be kept or found. The message says why, for people."""


class Shelf:
    """Saved conversations, a file each, readable by their owner alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> list[str]:
        """The latest first."""
        found = [path for path in self._folder.glob("*.json") if _NAME.fullmatch(path.stem)]
        return [path.stem for path in sorted(found, key=lambda path: path.stat().st_mtime_ns, reverse=True)]

    def load(self, name: str) -> Talk:
        """Raises: ShelfError."""
        path = self._path(name)
        try:
            with path.open("rb") as file:
                talk = msgspec.json.decode(file.read(_MOST_BYTES + 1), type=Talk)
        except FileNotFoundError:
            known = ", ".join(self.names()[:10])
            hint = f"there are {known}" if known else "none is saved yet; /save saves one"
            raise ShelfError(f"no saved conversation is called {name!r}; {hint}") from None
        except (OSError, msgspec.MsgspecError) as error:
            raise ShelfError(f"{str(path)!r} cannot be read as a conversation: {error}") from None
        return structs.replace(talk, name=name)

    def save(self, talk: Talk) -> Path:
        """Whole or not at all. Raises: ShelfError."""
        path = self._path(talk.name)
        beside = path.with_suffix(f".{os.getpid()}.tmp")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(msgspec.json.format(msgspec.json.encode(talk), indent=1))
            beside.replace(path)
        except OSError as error:
            with suppress(OSError):
                beside.unlink()
            raise ShelfError(f"{str(path)!r} cannot be written: {error.strerror}") from None
        return path

    def free_name(self, talk: Talk) -> str:
        """From the first question, with a number where that is taken."""
        words = re.findall(r"[a-z0-9]+", talk.turns[0].question.lower() if talk.turns else "")
        stem = "-".join(words)[:40].strip("-") or "conversation"
        taken = set(self.names())
        return next(name for name in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if name not in taken)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ShelfError(f"{name!r} is no name: letters, digits, and . _ - between them, at most 60")
        return self._folder / f"{name}.json"
