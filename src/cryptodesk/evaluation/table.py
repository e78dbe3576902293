"""The scores as a table for the terminal."""

from __future__ import annotations

from rich.table import Table

from cryptodesk.core.usage import decimal_text
from cryptodesk.evaluation.results import CHECKS, Outcome, RunRecord, Summary

__all__ = ["coverage_table", "score_table", "score_text"]

_HEADS = {
    "plan": "plan", "tools": "tools", "arguments": "args", "assets": "assets", "numbers": "numbers",
    "citation_precision": "cite P", "citation_recall": "cite R", "behaviour": "behav.", "coverage": "cover",
}  # fmt: skip
_LABELS = ("answered", "partly", "declined")


def score_table(run: RunRecord) -> Table:
    """One row a family, then the parts, then the total. Scores are percentages, times of one question."""
    table = Table(title=f"{run.model}: {run.total.questions} questions")
    table.add_column("family", no_wrap=True)
    for head in ("n", "all right", *(_HEADS[check] for check in CHECKS), "contra", "p50 ms", "p99 ms", "tokens", "USD"):
        table.add_column(head, justify="right", no_wrap=True)
    for summary in run.families:
        table.add_row(*_row(summary))
    for at, summary in enumerate((*run.parts, run.total)):
        if at == 0:
            table.add_section()
        table.add_row(*_row(summary), style="bold" if summary is run.total else None)
    return table


def _row(summary: Summary) -> list[str]:
    return [
        summary.name,
        str(summary.questions),
        score_text(100 * summary.passed / summary.questions if summary.questions else None),
        *(score_text(summary.scores[check]) for check in CHECKS),
        str(summary.contradicted),
        f"{summary.p50_ms:.1f}",
        f"{summary.p99_ms:.1f}",
        f"{summary.tokens:,}",
        decimal_text(summary.cost_usd),
    ]


def score_text(score: float | None) -> str:
    """Never rounded up to a whole hundred."""
    if score is None:
        return "–"
    text = f"{score:.1f}"
    return "99.9" if text == "100.0" and score < 100 else text


def coverage_table(outcomes: tuple[Outcome, ...]) -> Table | None:
    """Expected labels down, what really happened across; None where no question has a label."""
    labelled = [each for each in outcomes if each.expected is not None]
    if not labelled:
        return None
    table = Table(title=f"Coverage of {len(labelled)} collected questions")
    table.add_column("expected")
    for seen in (*_LABELS, "all"):
        table.add_column(seen, justify="right")
    for expected in _LABELS:
        row = [each for each in labelled if each.expected == expected]
        table.add_row(expected, *(str(sum(each.seen == seen for each in row)) for seen in _LABELS), str(len(row)))
    table.add_row("all", *(str(sum(each.seen == seen for each in labelled)) for seen in _LABELS), str(len(labelled)))
    return table
