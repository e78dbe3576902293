"""Lists that the screener gives: its rows from one or several calls, how the order went, and the answer from them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import plural
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.skills._list_tables import (
    Row,
    figure_of,
    has_figure,
    label_of,
    list_facts,
    list_table,
    name_of,
    value_of,
)
from cryptodesk.models.analyst.skills._lists import MOST_ROWS, PAGE, is_empty, result_of, screen_call
from cryptodesk.models.analyst.skills._skill import Ask
from cryptodesk.models.analyst.writer.draft import Draft, Setting, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing

__all__ = [
    "WITHOUT_GROUPS",
    "Order",
    "Screened",
    "columns_of",
    "gather",
    "ordered_draft",
    "pages",
    "with_nearest",
    "write_nearest",
]

# The data at hand may know no categories: then no coin has one.
WITHOUT_GROUPS = "Whatever the category or chain:"
_SHORT_LIST = 50
_USUAL = ("price", "market_cap", "volume_24h", "percent_change_24h", "percent_change_7d")


class Order(Struct, frozen=True):
    """What a list is sorted by, and how its first is called: "largest", "most traded"."""

    field: str = "market_cap"
    order: str = "desc"
    word: str = "largest"


class Screened(Struct, frozen=True):
    """Rows in order, each asset once; `matched` of `total` met the conditions."""

    rows: tuple[Row, ...]
    matched: int
    total: int
    results: tuple[Result, ...]

    @property
    def known(self) -> str:
        return plural(self.total, "coin")


def pages(query: str, filters: Sequence[Row], order: Order, count: int) -> tuple[Call, ...]:
    """The call for the first ten, and one for the next ten where the order is that of the ranks."""
    first = screen_call(query, filters=filters, sort=order.field, order=order.order)
    if count <= PAGE or order.field != "market_cap" or order.order != "desc" or filters:
        return (first,)
    ranks = ({"field": "rank", "op": "gt", "value": PAGE}, {"field": "rank", "op": "lte", "value": MOST_ROWS})
    return first, screen_call(f"{query}, the next", filters=ranks, sort="rank", order="asc")


def with_nearest(ask: Ask, calls: Sequence[Call], nearest: Call) -> tuple[Call, ...]:
    """The calls, and the one whose answer comes closest once they have brought nothing of a list so short that it is
    told whole."""
    result = result_of(ask.evidence, calls[0])
    is_short = result is not None and (result.figure("total_screened") or 0) <= _SHORT_LIST
    return (*calls, nearest) if is_short and is_empty(ask.evidence, calls[0]) else tuple(calls)


def gather(setting: Setting, calls: Sequence[Call]) -> Screened | None:
    results = [result for call in calls if (result := result_of(setting.evidence, call)) is not None]
    if not results:
        return None
    rows: dict[str, Row] = {}
    for result in results:
        for row in result.rows("results"):
            rows.setdefault(str(row.get("asset_id")), row)
    counts = [int(results[0].figure(name) or 0) for name in ("total_matched", "total_screened")]
    return Screened(tuple(rows.values()), counts[0], counts[1], tuple(results))


def columns_of(order: Order, *more: str) -> list[str]:
    """The figure that the order goes by stands first."""
    return list(dict.fromkeys((order.field, *more, *_USUAL)))


def ordered_draft(setting: Setting, found: Screened, order: Order, what: str, count: int, *notes: str) -> Draft:
    """The first by the order in a sentence and the others in a table, where those without the figure stand last."""
    ranked = _ranked(found, order)[: min(count, MOST_ROWS)]
    end = closing(setting, found.results, ("results", order.field))
    if not ranked:
        return Draft(join_paragraphs(_unranked(found, order, what), *notes, _at_hand(setting, found), end))
    without = _without(found, order)
    rows = list_table(ranked, columns_of(order, *(["percent_change_30d"] if setting.is_detailed else [])), also=without)
    parts = (
        []
        if setting.is_brief
        else [rows, "" if without else _short(found, ranked, count), *notes, _reading(setting, order)]
    )
    facts = list_facts(ranked, (order.field, "price"), found.results[0], "results")
    return Draft(join_paragraphs(_lead(setting, ranked, without, order, _scope(found, what)), *parts, end), facts)


def _ranked(found: Screened, order: Order) -> list[Row]:
    """Rows with the figure; those of further pages continue the ranks of the first."""
    known = has_figure(found.rows, order.field)
    if len(found.results) < 2 or len(found.results[1].rows("results")) == 0:
        return known
    with_rank = has_figure(known, "rank")
    return sorted(with_rank, key=lambda row: figure_of(row, "rank") or 0)


def _without(found: Screened, order: Order) -> list[Row]:
    """Rows that could not be put in order, where all rows are at hand."""
    return [row for row in found.rows if figure_of(row, order.field) is None] if found.matched <= PAGE else []


def _lead(setting: Setting, ranked: Sequence[Row], without: Sequence[Row], order: Order, scope: str) -> str:
    first, others = ranked[0], ranked[1:3]
    figure, by = value_of(order.field, first.get(order.field)), label_of(order.field)
    if without:
        has = "has" if len(ranked) == 1 else "have"
        return f"{len(ranked)} {scope} {has} a known {by}; the {order.word} is **{name_of(first)}**, at **{figure}**."
    then = [f"{name_of(row)}, {value_of(order.field, row.get(order.field))}" for row in others]
    after = f" Next: {'; '.join(then)}." if then else ""
    return setting.pick(
        (
            f"**{name_of(first)}** is the {order.word} {scope} by {by}, at **{figure}**.{after}",
            f"The {order.word} {scope} by {by} is **{name_of(first)}**, at **{figure}**.{after}",
        )
    )


def _scope(found: Screened, what: str) -> str:
    if found.matched == found.total:
        return f"of the {found.total:,} {what} at hand"
    return f"of {found.matched:,} {what} (among {found.total:,} at hand)"


def _short(found: Screened, ranked: Sequence[Row], count: int) -> str:
    """Why there are fewer rows than were asked for."""
    if count <= len(ranked):
        return ""
    if found.matched > len(ranked):
        most = MOST_ROWS if len(ranked) > PAGE else PAGE
        return f"The screener gives the first {most}; {count} were asked for, and {found.matched:,} are at hand."
    return f"No more than {len(ranked)} are at hand." if found.matched < PAGE else ""


def _reading(setting: Setting, order: Order) -> str:
    if not setting.is_detailed:
        return ""
    end = "highest" if order.order == "desc" else "lowest"
    return f"Sorted by {label_of(order.field)}, {end} first; changes are of the price."


def _unranked(found: Screened, order: Order, what: str) -> str:
    if not found.rows:
        return f"None of the {found.known} at hand is listed among {what}."
    reason = next((text for result in found.results if (text := result.reason(order.field))), "")
    because = f" ({reason})" if reason else ""
    return f"The {what} at hand cannot be ranked by {label_of(order.field)}: it is not known{because}."


def _at_hand(setting: Setting, found: Screened) -> str:
    """What is known of coins that could not be put in order."""
    if setting.is_brief or not found.rows:
        return ""
    return f"What is known of the {found.known} at hand, in no order:\n\n{list_table((), _USUAL, also=found.rows)}"


def write_nearest(setting: Setting, nearest: Call, order: Order, why: str) -> str:
    """The paragraph and table of the call that came closest; empty where it was not made."""
    found = gather(setting, (nearest,))
    if found is None or not found.rows or setting.is_brief:
        return ""
    ranked = has_figure(found.rows, order.field)
    if not ranked:
        return join_paragraphs(why, _at_hand(setting, found))
    without = _without(found, order)
    rows = list_table(ranked[:5], columns_of(order), also=without)
    return join_paragraphs(f"{why} {_lead(setting, ranked[:1], without, order, _scope(found, 'coins'))}", rows)
