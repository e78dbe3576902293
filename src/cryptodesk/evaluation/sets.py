"""The question sets: those shipped, and the user's own JSONL files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path

import msgspec
from msgspec import Struct

from cryptodesk.evaluation.records import Market, Part, Question

__all__ = ["REAL_USERS", "QuestionSetError", "Selection", "load_questions", "parse_questions", "select"]

REAL_USERS = "real_users"


class QuestionSetError(ValueError):
    """A question set is malformed or unknown. The message names file and line."""


class Selection(Struct, frozen=True):
    """Which questions are asked; empty means all. `limit` is for each family."""

    families: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    markets: tuple[Market, ...] = ()
    limit: int | None = None


def load_questions(names: Sequence[str] = ("desk",)) -> tuple[Question, ...]:
    """Questions of the named sets, each once: "desk" (ours), "real_users", "all", one shipped family, or a path.

    Raises: QuestionSetError."""
    found: dict[str, Question] = {}
    for name in names:
        for question in _of_set(name):
            found.setdefault(question.id, question)
    return tuple(found.values())


def _of_set(name: str) -> Iterable[Question]:
    shipped = _shipped()
    if name.endswith(".jsonl"):
        return _of_file(Path(name))
    if name == "all":
        chosen = list(shipped)
    else:
        chosen = [family for family in shipped if family == name or (name == "desk" and family != REAL_USERS)]
    if not chosen:
        raise QuestionSetError(f"no question set {name!r}; there are desk, all, a .jsonl file, {', '.join(shipped)}")
    return [question for family in chosen for question in parse_questions(shipped[family], family)]


def _shipped() -> dict[str, str]:
    folder = files("cryptodesk.evaluation") / "questions"
    found = {entry.name.removesuffix(".jsonl"): entry for entry in folder.iterdir() if entry.name.endswith(".jsonl")}
    return {name: found[name].read_text("utf-8") for name in sorted(found)}


def _of_file(path: Path) -> tuple[Question, ...]:
    try:
        return parse_questions(path.read_text("utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionSetError(f"{path}: {error}") from None


def parse_questions(text: str, name: str) -> tuple[Question, ...]:
    """Raises: QuestionSetError naming the line of the first that is malformed or stands twice."""
    questions: dict[str, Question] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            question = msgspec.json.decode(line, type=Question)
        except msgspec.DecodeError as error:
            raise QuestionSetError(f"{name}:{number}: {error}") from None
        if question.id in questions:
            raise QuestionSetError(f"{name}:{number}: the id {question.id!r} stands twice")
        questions[question.id] = question
    return tuple(questions.values())


def select(questions: Iterable[Question], selection: Selection) -> tuple[Question, ...]:
    taken: dict[str, int] = {}
    chosen = []
    for question in questions:
        if not _is_meant(question, selection):
            continue
        taken[question.family] = taken.get(question.family, 0) + 1
        if selection.limit is None or taken[question.family] <= selection.limit:
            chosen.append(question)
    return tuple(chosen)


def _is_meant(question: Question, selection: Selection) -> bool:
    return (
        (not selection.families or question.family in selection.families)
        and (not selection.parts or question.part in selection.parts)
        and (not selection.markets or question.market in selection.markets)
    )
