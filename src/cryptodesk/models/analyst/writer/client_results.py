"""The answer to a question whose data came from the caller's own tools: their results, shown as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cryptodesk.models.analyst.conversation import Outcome
from cryptodesk.models.analyst.evidence import decoded
from cryptodesk.models.analyst.formats import to_decimal
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import CONTENT_SEARCH
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, as_number, join_paragraphs

__all__ = ["write_client_results"]

_MOST_LINES = 20
_LONGEST_TEXT = 1500


def write_client_results(setting: Setting) -> Draft:
    facts: list[Fact] = []
    paragraphs = [_one(outcome, facts) for outcome in setting.evidence.others]
    return Draft(join_paragraphs(*paragraphs), tuple(facts))


def _one(outcome: Outcome, facts: list[Fact]) -> str:
    name = shown(outcome.call.name, 64) or "the tool"
    if outcome.is_error:
        return f"`{name}` failed: {shown(outcome.content, 300) or 'no message'}."
    body = decoded(outcome.content)
    if outcome.call.name == CONTENT_SEARCH:
        return _found(name, body)
    if isinstance(body, dict | list) and body:
        return _listed(name, body, facts)
    text = shown(
        str(body) if body is not None and not isinstance(body, dict | list) else outcome.content, _LONGEST_TEXT
    )
    if not text:
        return f"`{name}` returned nothing."
    facts.append(Fact("result", text, source=name))
    return f"`{name}` returned: {text}"


def _found(name: str, body: Any) -> str:
    """Titles, publishers and dates. The passages are others' words for the model alone, and no source of figures."""
    result = body.get("content_search_result") if isinstance(body, dict) else None
    passages = result.get("passages") if isinstance(result, dict) else None
    rows = [passage for passage in passages or () if isinstance(passage, dict)][:_MOST_LINES]
    if not rows:
        return f"`{name}` found nothing."
    return f"`{name}` found:\n\n" + "\n".join(f"- {_cited(row)}" for row in rows)


def _cited(passage: dict[str, Any]) -> str:
    title, source, date = (shown(str(passage.get(key) or ""), 160) for key in ("title", "source", "published_at"))
    origin = ", ".join(part for part in (source, date[:10]) if part)
    return f"{title or 'untitled'}{f' ({origin})' if origin else ''}"


def _listed(name: str, body: Any, facts: list[Fact]) -> str:
    lines: list[str] = []
    leaves = list(_leaves(body, ""))
    for path, value in leaves[:_MOST_LINES]:
        exact = to_decimal(value) if isinstance(value, int | float) else None
        facts.append(Fact(path, as_number(exact) if exact is not None else shown(str(value), 200), source=name))
        lines.append(f"- {shown(path.replace('_', ' '), 80)}: {_value(value)}")
    more = f"\n- … and {len(leaves) - _MOST_LINES} more" if len(leaves) > _MOST_LINES else ""
    return f"`{name}` returned:\n\n" + "\n".join(lines) + more


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "n/a" if value is None else shown(str(value), 200)


def _leaves(value: Any, path: str, depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Every scalar with its path, in order; nothing below six levels."""
    children: Sequence[tuple[str, Any]]
    if isinstance(value, dict):
        children = [(f"{path}.{key}" if path else str(key), child) for key, child in value.items()]
    elif isinstance(value, list):
        children = [(f"{path}[{index}]" if path else f"[{index}]", child) for index, child in enumerate(value)]
    else:
        yield path, value
        return
    if depth < 6:
        for name, child in children[:200]:
            yield from _leaves(child, name, depth + 1)
