"""The report as one HTML page without anything from outside. Every text of a question or an answer is data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from cryptodesk.core.usage import decimal_text
from cryptodesk.evaluation.results import CHECKS, Outcome, RunRecord, Summary
from cryptodesk.evaluation.table import score_text

__all__ = ["HIDDEN", "as_page"]

HIDDEN = "held out"

_STYLE = """
:root{color-scheme:light dark}body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}tr.total{font-weight:600}.scroll{overflow-x:auto}
th,td{padding:.2rem .55rem;text-align:right;border-bottom:1px solid #8884}th:first-child,td:first-child{text-align:left}
details{border-bottom:1px solid #8884;padding:.3rem 0}summary{cursor:pointer}.bad{color:#c33}.good{color:#2a7}
pre{white-space:pre-wrap;background:#8881;padding:.6rem;border-radius:.3rem;overflow-wrap:anywhere}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def as_page(run: RunRecord, *, shows_held_out: bool = False) -> str:
    """Texts of held-out questions are left out unless they are asked for."""
    title = f"Evaluation of {run.model}"
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>",
        f"<p>{escape(_about(run))}</p>",
        _scores(run),
        "<h2>Questions</h2>",
        *(_question(each, shows_held_out) for each in run.outcomes),
    ]
    return "\n".join(parts) + "\n"


def _about(run: RunRecord) -> str:
    moments = ", ".join(f"{market} at {moment}" for market, moment in run.moments.items())
    served = ", ".join(run.served_by) or "nothing"
    return f"{run.total.questions} questions; served by {served}; markets: {moments}. Scores are percentages."


def _scores(run: RunRecord) -> str:
    heads = ("family", "n", "all right", *CHECKS, "contradicted", "p50 ms", "p99 ms", "tokens", "USD")
    head = "".join(f"<th>{escape(each.replace('_', ' '))}</th>" for each in heads)
    rows = "".join(_row(each) for each in (*run.families, *run.parts, run.total))
    return f"<div class=scroll><table><tr>{head}</tr>{rows}</table></div>"


def _row(summary: Summary) -> str:
    share = 100 * summary.passed / summary.questions if summary.questions else None
    cells = [
        summary.name, str(summary.questions), score_text(share), *(score_text(summary.scores[each]) for each in CHECKS),
        str(summary.contradicted), f"{summary.p50_ms:.1f}", f"{summary.p99_ms:.1f}", f"{summary.tokens:,}",
        decimal_text(summary.cost_usd),
    ]  # fmt: skip
    kind = " class=total" if summary.name == "total" else ""
    return f"<tr{kind}>{''.join(f'<td>{escape(each)}</td>' for each in cells)}</tr>"


def _question(outcome: Outcome, shows_held_out: bool) -> str:
    mark = "<span class=good>✓</span>" if outcome.passed else "<span class=bad>✗</span>"
    if outcome.part == "held_out" and not shows_held_out:
        return f"<details><summary>{mark} {escape(outcome.id)} ({HIDDEN})</summary></details>"
    body = [f"<p>{_label(outcome)}</p><pre>{escape(outcome.answer)}</pre>", _notes(outcome)]
    return (
        f"<details><summary>{mark} {escape(outcome.id)} {escape(outcome.question)}</summary>{''.join(body)}</details>"
    )


def _label(outcome: Outcome) -> str:
    said = [outcome.market, f"{outcome.duration_ms:.1f} ms", f"{decimal_text(outcome.cost_usd)} USD"]
    if outcome.expected is not None:
        said.append(f"expected {outcome.expected}, seen {outcome.seen}")
    return escape("; ".join(said))


def _notes(outcome: Outcome) -> str:
    wrong: Iterable[tuple[str, Sequence[str]]] = [(name, check.notes) for name, check in outcome.checks.items()]
    lines = [f"{name}: {note}" for name, notes in wrong for note in notes]
    if outcome.failure:
        lines.append(f"failure: {outcome.failure}")
    return f"<ul>{''.join(f'<li class=bad>{escape(line)}</li>' for line in lines)}</ul>" if lines else ""
