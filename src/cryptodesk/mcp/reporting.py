"""A few lines under an answer, for the many clients that show a model the text and not the structured content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

__all__ = ["remarks"]

_MOST_LISTED = 20
_DOUBTFUL = ("contradicted", "unbound")


def remarks(answer: Mapping[str, Any]) -> str:
    """Sources by their number, figures that no data bear out, names that were a close call, and the cost. `answer` is
    the structured content. Empty where there is nothing to say."""
    return "\n".join(
        [
            *_sources(answer.get("citations") or ()),
            *_figures(answer.get("verification")),
            *_close_calls(answer.get("resolution") or ()),
            *_choices(answer.get("research")),
            *_cost(answer.get("receipt")),
        ]
    )


def _sources(citations: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for one in citations[:_MOST_LISTED]:
        told = one.get("published_at") or one.get("as_of")
        where = one.get("url") or one.get("domain", "")
        yield f"[{one['citation_id']}] {one.get('title', '')} ({told or 'no date'}) {where}".rstrip()
    if len(citations) > _MOST_LISTED:
        yield f"and {len(citations) - _MOST_LISTED} more sources"


def _figures(verification: Mapping[str, Any] | None) -> Iterator[str]:
    if not verification:
        return
    counts = {name: count for name, count in verification["counts"].items() if count}
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    yield f"Figures: {verification['status']}{f' ({told})' if told else ''}"
    for figure in verification.get("figures", ()):
        if figure["verdict"] in _DOUBTFUL:
            expected = f"; the data say {figure['expected']}" if figure.get("expected") else ""
            yield f"- {figure['text']}: {figure['verdict']}{expected}"


def _close_calls(assets: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for asset in assets:
        if asset.get("is_close_call") or asset.get("warning"):
            others = ", ".join(f"{rival['name']} ({rival['symbol']})" for rival in asset.get("rivals", ()))
            said = asset.get("warning") or f"could also be {others}"
            yield f"'{asset['text']}' was read as {asset['name']} ({asset['symbol']}): {said}"


def _choices(research: Mapping[str, Any] | None) -> Iterator[str]:
    if research and research.get("choices"):
        yield "This is a question back. Answers: " + " | ".join(research["choices"])


def _cost(receipt: Mapping[str, Any] | None) -> Iterator[str]:
    if receipt:
        total = receipt.get("total_usd")
        told = "unknown" if total is None else f"${total}"
        yield f"Cost: {told}{' (estimated)' if receipt.get('is_estimated') else ''}"
