"""How far a price moved."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from cryptodesk.models.analyst.evidence import Holding
from cryptodesk.models.analyst.formats import percent
from cryptodesk.models.analyst.history_calls import return_field
from cryptodesk.models.analyst.questions import Period
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.writer.closing import Used, caveats, gaps, sources, when
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.figures import derived_fact, fact, field_text, moved, value_of
from cryptodesk.models.analyst.writer.history import write_history
from cryptodesk.models.analyst.writer.table import table

__all__ = ["change_text", "write_change"]

_USUAL = (("percent_change_24h", "24 hours"), ("percent_change_7d", "7 days"), ("percent_change_30d", "30 days"))


def write_change(setting: Setting, holdings: Sequence[Holding]) -> Draft:
    field = return_field(setting.plan.period)
    if setting.plan.period is None:
        return _usual(setting, holdings)
    if field is None:
        return write_history(setting, holdings)
    return _one_period(setting, holdings, field, setting.plan.period)


def _one_period(setting: Setting, holdings: Sequence[Holding], field: str, period: Period) -> Draft:
    known = [holding for holding in holdings if value_of(holding, field) is not None]
    absent: list[Used] = [(holding, field) for holding in holdings if holding not in known]
    used: list[Used] = [
        (holding, name) for holding in known for name in (field, "price") if value_of(holding, name) is not None
    ]
    if len(known) > 1:
        rows = [[shown(h.asset.label, 110), field_text(h, field), field_text(h, "price")] for h in known]
        body = join_paragraphs(
            table(["Asset", f"Change over {period.label}", "Price"], rows), _ranking(known, field, period)
        )
    else:
        body = " ".join(_moved_sentence(setting, holding, field, period) for holding in known)
    text = join_paragraphs(body, gaps(absent), sources(used), "" if setting.is_brief else caveats(used))
    return Draft(text, tuple(fact(holding, name) for holding, name in [*used, *absent]))


def _moved_sentence(setting: Setting, holding: Holding, field: str, period: Period) -> str:
    change = value_of(holding, field)
    if change is None:
        return ""
    name, price = shown(holding.asset.label, 110), field_text(holding, "price")
    at = f", to {price}" if price else ""
    forms = (
        f"{name} **{moved(change)}** over {period.label} up to {when(holding)}{at}.",
        f"Over {period.label} up to {when(holding)}, {name} **{moved(change)}**{at}.",
    )
    return setting.pick(forms)


def _ranking(known: Sequence[Holding], field: str, period: Period) -> str:
    ranked = sorted(known, key=lambda holding: value_of(holding, field) or Decimal(0), reverse=True)
    best, worst = ranked[0], ranked[-1]
    if value_of(best, field) == value_of(worst, field):
        return "They moved by the same amount."
    return (
        f"{shown(best.asset.name, 80)} did best ({field_text(best, field)}), "
        f"{shown(worst.asset.name, 80)} worst ({field_text(worst, field)})."
    )


def _usual(setting: Setting, holdings: Sequence[Holding]) -> Draft:
    """Without a period: the last day, week and month."""
    used: list[Used] = []
    absent: list[Used] = []
    for holding in holdings:
        for field in ("price", *(field for field, _ in _USUAL)):
            (used if value_of(holding, field) is not None else absent).append((holding, field))
    if len(holdings) > 1:
        headers = ["Asset", "Price", *(f"Over {label}" for _, label in _USUAL)]
        rows = [
            [shown(h.asset.label, 110), field_text(h, "price"), *(field_text(h, f) for f, _ in _USUAL)]
            for h in holdings
        ]
        body = table(headers, rows)
    else:
        body = _usual_sentence(holdings[0])
    text = join_paragraphs(body, gaps(absent), sources(used), "" if setting.is_brief else caveats(used))
    return Draft(text, tuple(fact(holding, field) for holding, field in [*used, *absent]))


def _usual_sentence(holding: Holding) -> str:
    price = field_text(holding, "price")
    parts = [
        f"{moved(change)} over {label}" for field, label in _USUAL if (change := value_of(holding, field)) is not None
    ]
    name = shown(holding.asset.label, 110)
    at = f"{name} was at **{price}** as of {when(holding)}. " if price else ""
    return f"{at}{'It' if at else name} {join_names(parts)}." if parts else at.strip()


def change_text(holding: Holding, period: Period | None) -> tuple[str | None, Fact | None]:
    """The change over the period from the tool's own field, else from the first to the last price of the bars."""
    field = return_field(period)
    if field is not None and value_of(holding, field) is not None:
        return field_text(holding, field), fact(holding, field)
    change = holding.series.change_pct if holding.series else None
    if change is None:
        return None, None
    return percent(change), derived_fact(holding, "period_change_pct", change, "percent")
