"""Number accuracy: each gold figure is said within its rounding, with unit and sign, and none is contradicted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set

from cryptodesk.evaluation.figures import Figure, read_dates, read_figures
from cryptodesk.evaluation.gold import GoldValue
from cryptodesk.evaluation.graders._check import Check
from cryptodesk.evaluation.records import GoldFigure

__all__ = ["CONTRADICTED", "grade_numbers", "is_said"]

CONTRADICTED = "contradicted"

# Figures of tools are rounded to eight significant digits.
_EXACT = 1e-7
# A figure rounded more coarsely says too little: money and counts keep two digits, percentages half a point, and one
# digit where they are small.
_COARSEST_RATIO, _COARSEST_POINTS, _COARSEST_SHARE = 0.05, 0.5, 0.4
_MAGNITUDES = tuple(10.0**power for power in (-12, -9, -6, -3, -2, 2, 3, 6, 9, 12))
_FIRST_SENTENCE = re.compile(r"(?:\.\s|\n)")


def grade_numbers(text: str, gold: Sequence[GoldValue], asked: str = "") -> Check | None:
    """None if there is no gold figure. `asked` is what the user said: his own figures contradict nothing."""
    if not gold:
        return None
    figures, dates = read_figures(text), read_dates(text)
    own = {abs(each.value) for each in read_figures(asked)}
    notes, right = [], 0
    for value in gold:
        problem = _problem(value, text, figures, dates, own)
        right += problem is None
        if problem is not None:
            notes.append(f"{value.figure.name}: {problem}")
    return Check(right, len(gold), tuple(notes))


def _problem(
    gold: GoldValue, text: str, figures: Sequence[Figure], dates: frozenset[str], own: Set[float]
) -> str | None:
    said_wrong = next((each for each in gold.wrong if is_said(gold.figure, each, text, figures, dates)), None)
    if said_wrong is not None:
        return f"{CONTRADICTED}: says {said_wrong}, which belongs to something else"
    if any(is_said(gold.figure, each, text, figures, dates) for each in gold.values):
        return None
    wrong = _contradiction(gold, text, figures, own)
    return f"{CONTRADICTED}: {wrong}, gold {gold.values[0]}" if wrong else f"missing, gold {gold.values[0]}"


def is_said(
    figure: GoldFigure, value: float | str, text: str, figures: Iterable[Figure], dates: frozenset[str] = frozenset()
) -> bool:
    """Whether a text says a gold value. `figures` and `dates` are those read from it."""
    if figure.unit == "date":
        return str(value)[:10] in dates
    if isinstance(value, str):
        return _says(text, value)
    return any(_agrees(figure, value, each) for each in figures)


def _says(text: str, words: str) -> bool:
    """Whole words, with any spacing and case."""
    pattern = r"\s+".join(re.escape(word) for word in words.split())
    return bool(words.strip()) and re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE) is not None


def _agrees(gold: GoldFigure, value: float, figure: Figure) -> bool:
    return _unit_fits(gold, figure) and _is_near(gold, abs(value), figure) and _sign_fits(gold, value, figure)


def _unit_fits(gold: GoldFigure, figure: Figure) -> bool:
    if gold.unit == "any":
        return True
    if gold.unit == "number":
        return figure.unit == "" or figure.in_table
    return figure.unit == gold.unit or (figure.in_table and figure.unit == "")


def _is_near(gold: GoldFigure, size: float, figure: Figure) -> bool:
    coarsest = min(_COARSEST_POINTS, _COARSEST_SHARE * size) if gold.unit == "%" else _COARSEST_RATIO * size
    slack = size * (_EXACT + gold.slack_pct / 100)
    half_step = figure.step / 2
    # A small whole number ("3 halvings") is exact although its step is coarse.
    if half_step > coarsest and abs(figure.value) != size:
        return False
    return abs(abs(figure.value) - size) <= half_step * (1 + 1e-9) + slack


def _sign_fits(gold: GoldFigure, value: float, figure: Figure) -> bool:
    """A written sign decides; without one the words do. Nothing said means a rise."""
    if not gold.signed or figure.value == 0:
        return True
    if figure.is_signed:
        return (figure.value < 0) == (value < 0)
    return figure.direction == "down" if value < 0 else figure.direction != "down"


def _contradiction(gold: GoldValue, text: str, figures: Sequence[Figure], own: Set[float]) -> str | None:
    """The same size with another sign, unit or magnitude; or another value where the answer should have stood."""
    value, figure = gold.values[0], gold.figure
    if isinstance(value, str) or figure.unit in {"date", "text"}:
        return None
    near = [each for each in figures if _is_near(figure, abs(value), each) and abs(each.value) > 1]
    for each in near:
        if _unit_fits(figure, each):
            return f"says {each.text} with the other sign"
        if each.unit and each.unit != figure.unit:
            return f"says {each.text} with another unit"
    for each in figures:
        if (
            _unit_fits(figure, each)
            and each.unit
            and any(_is_near(figure, abs(value) * scale, each) for scale in _MAGNITUDES)
        ):
            return f"says {each.text}, another magnitude"
    lead = _FIRST_SENTENCE.split(text.strip(), maxsplit=1)[0]
    rivals = {each.text for each in read_figures(lead) if each.unit == figure.unit and abs(each.value) not in own}
    return f"says {rivals.pop()} in its first sentence" if len(rivals) == 1 and figure.unit != "number" else None
