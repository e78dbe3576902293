"""Return set against risk: Sharpe and Sortino ratios of one or several assets."""

# ruff: noqa: E501 - a sentence of an answer reads better on one line

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from cryptodesk.models.analyst.formats import percent, plural
from cryptodesk.models.analyst.series import percent_between
from cryptodesk.models.analyst.skills._closes import Closes, Gathered, Span, figure_fact, over
from cryptodesk.models.analyst.skills._returns import (
    annualised_volatility_pct,
    log_returns,
    sharpe,
    simple_returns,
    sortino,
)
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, as_number, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.figures import moved
from cryptodesk.models.analyst.writer.table import table

__all__ = ["reward_body"]

_FEW_RETURNS = 60


class _Reward(Struct, frozen=True):
    closes: Closes
    sharpe: float
    sortino: float | None
    volatility_pct: float
    change_pct: Decimal
    count: int


def reward_body(setting: Setting, gathered: Gathered, span: Span) -> Draft:
    found = [(one, _reward(one)) for one in gathered.closes]
    rewards = sorted((reward for _, reward in found if reward is not None), key=lambda one: -one.sharpe)
    thin = [f"There are too few daily closes of {one.name} for a ratio." for one, reward in found if reward is None]
    if not rewards:
        return Draft(" ".join(thin))
    parts = [_reward_lead(rewards, span)]
    if not setting.is_brief:
        parts += [_reward_table(rewards), _reward_method(setting, rewards)]
    return Draft(join_paragraphs(*parts, " ".join(thin)), tuple(fact for one in rewards for fact in _reward_facts(one)))


def _reward(closes: Closes) -> _Reward | None:
    values = [one.value for one in simple_returns(closes.days, closes.values)]
    found, spread = sharpe(values), annualised_volatility_pct(log_returns(closes.days, closes.values))
    change = percent_between(closes.price(0), closes.last)
    if found is None or spread is None or change is None:
        return None
    return _Reward(closes, found, sortino(values), spread, change, len(values))


def _reward_lead(rewards: Sequence[_Reward], span: Span) -> str:
    first = rewards[0]
    days = over(span, first.closes)
    if len(rewards) == 1:
        return f"The Sharpe ratio of {first.closes.label} {days} was **{first.sharpe:.2f}** and the Sortino ratio **{_ratio(first.sortino)}**."
    rest = join_names([f"{one.sharpe:.2f} for {one.closes.name}" for one in rewards[1:]])
    which = "the higher" if len(rewards) == 2 else f"the highest of the {len(rewards)}"
    return (
        f"{days[:1].upper()}{days[1:]} the Sharpe ratio of {first.closes.name} was {which}: **{first.sharpe:.2f}**,"
        f" against {rest}."
    )


def _ratio(value: float | None) -> str:
    return "undefined (no losing day)" if value is None else f"{value:.2f}"


def _reward_table(rewards: Sequence[_Reward]) -> str:
    if len(rewards) == 1:
        one = rewards[0]
        return f"The price {moved(one.change_pct)}, with a volatility of {percent(one.volatility_pct, signed=False)} a year."
    rows = [
        [
            one.closes.label,
            f"{one.sharpe:.2f}",
            _ratio(one.sortino),
            percent(one.change_pct),
            percent(one.volatility_pct, signed=False),
            str(one.count),
        ]
        for one in rewards
    ]
    return table(["Asset", "Sharpe", "Sortino", "Change", "Volatility, annualised", "Daily returns used"], rows)


def _reward_method(setting: Setting, rewards: Sequence[_Reward]) -> str:
    few = min(one.count for one in rewards)
    how = (
        f"Computed here from {plural(few, 'daily return')}{' or more' if few != max(one.count for one in rewards) else ''}: the mean daily"
        " return over its deviation (Sharpe) or over that of the losses alone (Sortino), annualised with 365 days, risk-free rate 0."
    )
    if few < _FEW_RETURNS:
        how += " So few returns make a ratio that a handful of days can turn over."
    if setting.is_detailed:
        how += " Above 0 the asset gained more than it lost over these days; the higher, the more it gained for each unit of its ups and downs. It says nothing of the days to come."
    return how


def _reward_facts(one: _Reward) -> tuple[Fact, ...]:
    return (
        figure_fact(one.closes, "sharpe_ratio", one.sharpe),
        figure_fact(one.closes, "daily_returns", one.count),
        figure_fact(one.closes, "sortino_ratio", one.sortino),
        figure_fact(one.closes, "volatility_annualised_pct", one.volatility_pct, "percent"),
        figure_fact(one.closes, "period_change_pct", as_number(one.change_pct), "percent"),
    )
