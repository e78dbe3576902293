"""A conversation as a file to read or to compute with."""

from __future__ import annotations

from pathlib import Path

import msgspec

from cryptodesk.cli._chatting.talk import ShelfError, Talk, Turn
from cryptodesk.core.usage import decimal_text

__all__ = ["as_markdown", "export"]


def export(talk: Talk, path: Path) -> None:
    """Markdown, or JSON by the file's ending. Raises: ShelfError."""
    is_json = path.suffix.lower() == ".json"
    text = msgspec.json.format(msgspec.json.encode(talk), indent=1).decode() if is_json else as_markdown(talk)
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise ShelfError(f"{str(path)!r} cannot be written: {error.strerror}") from None


def as_markdown(talk: Talk) -> str:
    total, unknown = talk.cost()
    rest = f", and {unknown} answers of unknown cost" if unknown else ""
    title = f"# {talk.name or 'Conversation'}\n\n{len(talk.turns)} answers, ${decimal_text(total)}{rest}."
    return "\n\n".join([title, *map(_section, talk.turns)]) + "\n"


def _section(turn: Turn) -> str:
    asked = " ".join(turn.question.split())
    cost = "cost unknown" if turn.cost_usd is None else f"${turn.cost_usd}"
    told = f"_{turn.model}, {turn.asked_at:%Y-%m-%d %H:%M} UTC, {cost}_"
    below = "\n".join(f"- {line.removeprefix('source  ')}" for line in turn.sources)
    return "\n\n".join(filter(None, (f"## {asked}", turn.answer, below, told)))
