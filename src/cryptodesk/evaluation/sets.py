"""The question sets: those shipped, and the user's own JSONL files.

Shipped questions stand in two places. `questions/<family>.jsonl` is the dev part: whoever improves an answer reads it.
`questions/held_out/<family>.jsonl` is the held-out part, written by somebody who has not worked on the answers, and
read by nobody who does; folder and files may be missing. Both have one `Question` (see `records`) a line, in JSON:

- `family` is the name of the file, and `part` ("dev" or "held_out") agrees with the folder: both are checked here.
- `id` is "<family>-001" in the dev part and "<family>-h001" in the held-out part, so neither has to know the other's.
- `market` is "snapshot" or "simulated"; `text` is asked there, after the turns of `earlier`.
- Everything else says what is right: `intents`, `required`, `calls`, `assets`, `figures`, `expect` and the others.

A question that was looked at while answers were being improved belongs to the dev part from then on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import msgspec
from msgspec import Struct

from cryptodesk.evaluation.records import Market, Part, Question

__all__ = [
    "REAL_USERS",
    "QuestionSetError",
    "Selection",
    "load_questions",
    "parse_questions",
    "read_folder",
    "select",
]

REAL_USERS = "real_users"
_HELD_OUT = "held_out"


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
    return [question for family in chosen for question in shipped[family]]


def _shipped() -> dict[str, tuple[Question, ...]]:
    return read_folder(files("cryptodesk.evaluation") / "questions")


def read_folder(folder: Traversable) -> dict[str, tuple[Question, ...]]:
    """The questions of each family, those of the dev part first.

    Raises: QuestionSetError if a question stands in the file of another family or in the folder of the other part."""
    families = _of_part(folder, "dev")
    for family, held_out in _of_part(folder / _HELD_OUT, "held_out").items():
        families[family] = families.get(family, ()) + held_out
    return dict(sorted(families.items()))


def _of_part(folder: Traversable, part: Part) -> dict[str, tuple[Question, ...]]:
    if not folder.is_dir():
        return {}
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".jsonl"))
    return {name.removesuffix(".jsonl"): _in_place(folder / name, part) for name in names}


def _in_place(file: Traversable, part: Part) -> tuple[Question, ...]:
    family = file.name.removesuffix(".jsonl")
    questions = parse_questions(file.read_text("utf-8"), family if part == "dev" else f"{part}/{family}")
    for question in questions:
        if (question.family, question.part) != (family, part):
            raise QuestionSetError(
                f"{question.id} is of {question.family}, {question.part}, and stands in the file of {family}, {part}"
            )
    return questions


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
