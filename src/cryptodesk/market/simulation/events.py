"""What happens on a date: unlocks as they were announced, money raised, and the macro calendar."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timedelta
from functools import cached_property, lru_cache

from msgspec import Struct

from cryptodesk.market.records import FundraisingRound, MacroEvent, Unlock, UnlockSchedule
from cryptodesk.market.simulation.days import DAY_MINUTES, END, EPOCH, midnight, minute_of, to_day, weekday_of
from cryptodesk.market.simulation.factors import SECTORS
from cryptodesk.market.simulation.market import Market
from cryptodesk.market.simulation.names import firm_name
from cryptodesk.market.simulation.randomness import Draws

__all__ = ["EventBook"]

_ROUNDS = ("Pre-seed", "Seed", "Series A", "Series B", "Strategic")
_FIRMS = 60
_ONE_IN = 6
_CALENDAR_DAYS = 365
_FORECAST_DAYS = 7
_FRIDAY = 4


class _Publication(Struct, frozen=True):
    """A monthly figure: it comes out on day `day` of the month, or on the first Friday, at `hour`:`minute` UTC."""

    name: str
    months: tuple[int, ...]
    day: int
    hour: int
    minute: int
    level: float
    spread: float
    form: str
    importance: str


_EVERY_MONTH = tuple(range(1, 13))
_FIRST_FRIDAY = 0
_PUBLICATIONS = (
    _Publication("US consumer price index, year on year", _EVERY_MONTH, 12, 12, 30, 3.0, 1.0, "{:.1f} %", "high"),
    _Publication("US core PCE price index, year on year", _EVERY_MONTH, 27, 12, 30, 2.7, 0.7, "{:.1f} %", "medium"),
    _Publication("US non-farm payrolls", _EVERY_MONTH, _FIRST_FRIDAY, 12, 30, 160, 90, "{:.0f} thousand", "high"),
    _Publication("US unemployment rate", _EVERY_MONTH, _FIRST_FRIDAY, 12, 30, 4.1, 0.5, "{:.1f} %", "medium"),
    _Publication("FOMC rate decision", (1, 3, 5, 6, 7, 9, 11, 12), 18, 18, 0, 3.9, 1.0, "{:.2f} %", "high"),
    _Publication("US gross domestic product, annualised", (1, 4, 7, 10), 28, 12, 30, 2.2, 1.3, "{:.1f} %", "high"),
)


class EventBook:
    def __init__(self, market: Market) -> None:
        self._market = market
        self._figure = lru_cache(maxsize=4_096)(self._compute_figure)

    def schedule(self, place: int, minute: int) -> UnlockSchedule | None:
        """The unlocks announced by a minute; None for a coin without a schedule, or before its birth."""
        market = self._market
        schedule = market.prices.supplies.schedules.get(place)
        day = minute // DAY_MINUTES
        if schedule is None or not market.is_alive(place, minute):
            return None
        unit = market.prices.unit(place, minute)
        known = [unlock for unlock in schedule.unlocks if unlock.announced <= day]
        return UnlockSchedule(
            asset_id=market.coins[place].asset.asset_id,
            symbol=market.name_at(place, minute)[1],
            provenance=market.stamp(minute, max(unlock.announced for unlock in known) * DAY_MINUTES),
            unlocks=tuple(
                Unlock(
                    midnight(unlock.day),
                    schedule.total * unlock.share / unit,
                    unlock.share * 100,
                    unlock.recipients,
                    unlock.is_linear,
                )
                for unlock in known
            ),
        )

    def schedules(self, minute: int) -> tuple[UnlockSchedule, ...]:
        """Of all coins, the one that unlocks next first; those that are through come last."""
        now = midnight(0) + timedelta(minutes=minute)
        every = (self.schedule(place, minute) for place in self._market.prices.supplies.schedules)
        found = [schedule for schedule in every if schedule is not None]
        return tuple(sorted(found, key=lambda schedule: (_next_unlock(schedule, now), schedule.asset_id)))

    @cached_property
    def _all_rounds(self) -> tuple[tuple[int, FundraisingRound], ...]:
        """With the minute of each announcement, oldest first."""
        made = [
            round_
            for place, coin in enumerate(self._market.coins)
            if coin.is_ranked and coin.origin == "invented" and (coin.key >> 6) % _ONE_IN == 0
            for round_ in self._rounds_of(place)
        ]
        return tuple(sorted(made, key=lambda pair: (pair[0], pair[1].project)))

    @cached_property
    def _firms(self) -> tuple[str, ...]:
        return tuple(firm_name(Draws(self._market.seed, "firm", number)) for number in range(_FIRMS))

    def _rounds_of(self, place: int) -> list[tuple[int, FundraisingRound]]:
        coin = self._market.coins[place]
        draws = Draws(self._market.seed, "rounds", coin.asset.asset_id)
        valuation = 10 ** draws.between(6.6, 8.0)
        rounds: list[tuple[int, FundraisingRound]] = []
        day = max(coin.born - 500 + draws.index(200), 1)
        for number in range(1 + draws.index(3)):
            minute = day * DAY_MINUTES + 13 * 60
            rounds.append((minute, self._round(place, number, minute, valuation * draws.between(0.08, 0.2), valuation)))
            valuation *= draws.between(1.8, 4.0)
            day += 150 + draws.index(250)
        return [(minute, round_) for minute, round_ in rounds if minute < coin.ends * DAY_MINUTES]

    def _round(self, place: int, number: int, minute: int, amount: float, valuation: float) -> FundraisingRound:
        draws = Draws(self._market.seed, "round", place, number)
        investors = list(dict.fromkeys(draws.pick(self._firms) for _ in range(1 + draws.index(4))))
        coin = self._market.coins[place]
        name = self._market.name_at(place, minute)[0]
        return FundraisingRound(
            project=name,
            announced_at=midnight(0) + timedelta(minutes=minute),
            provenance=self._market.stamp(minute),
            # Before its coin exists a project has none.
            asset_id=coin.asset.asset_id if minute >= coin.born * DAY_MINUTES else None,
            round=_ROUNDS[min(number + draws.index(2), len(_ROUNDS) - 1)],
            amount_usd=round(amount, -4),
            valuation_usd=round(valuation, -5) if draws.unit() < 0.6 else None,
            lead_investors=tuple(investors[:1]),
            investors=tuple(investors),
            sector=SECTORS[coin.sector],
            url=f"https://{coin.asset.slug}.example/funding",
        )

    def rounds(self, minute: int) -> tuple[FundraisingRound, ...]:
        """Announced by a minute, the latest first."""
        until = bisect_right(self._all_rounds, minute, key=lambda pair: pair[0])
        return tuple(round_ for _, round_ in reversed(self._all_rounds[:until]))

    def macro(self, minute: int, start: datetime | None, end: datetime | None) -> tuple[MacroEvent, ...]:
        """Publications from a year before to a year after the minute unless other ends are given, oldest first.

        The calendar is known a year ahead, a forecast a week ahead, the figure from its hour on."""
        now = EPOCH + timedelta(minutes=minute)
        first = max(start or now - timedelta(days=_CALENDAR_DAYS), EPOCH)
        last = min(end or END, now + timedelta(days=_CALENDAR_DAYS), END)
        months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
        events = [
            self._event(publication, happens_at, now)
            for month in months
            for publication in _PUBLICATIONS
            if month % 12 + 1 in publication.months
            and first <= (happens_at := _published_at(publication, month // 12, month % 12 + 1)) < last
        ]
        return tuple(sorted(events, key=lambda event: (event.happens_at, event.name)))

    def _event(self, publication: _Publication, happens_at: datetime, now: datetime) -> MacroEvent:
        planned_at = happens_at - timedelta(days=_CALENDAR_DAYS)
        forecast_at = happens_at - timedelta(days=_FORECAST_DAYS)
        is_out, has_forecast = happens_at <= now, forecast_at <= now
        actual = self._figure(publication.name, happens_at.year, happens_at.month)
        before = _month_before(publication, happens_at)
        is_previous_out = _published_at(publication, *before) <= now
        missed = Draws(self._market.seed, "forecast", publication.name, happens_at.year, happens_at.month)
        form = publication.form
        moment = happens_at if is_out else (forecast_at if has_forecast else planned_at)
        return MacroEvent(
            name=publication.name,
            happens_at=happens_at,
            provenance=self._market.stamp(max(minute_of(moment), 0)),
            country="United States",
            importance=publication.importance,
            actual=form.format(actual) if is_out else None,
            forecast=form.format(actual + publication.spread * missed.between(-0.2, 0.2)) if has_forecast else None,
            previous=form.format(self._figure(publication.name, *before)) if is_previous_out else None,
            url=None,
        )

    def _compute_figure(self, name: str, year: int, month: int) -> float:
        publication = next(publication for publication in _PUBLICATIONS if publication.name == name)
        minute = to_day(max(year, EPOCH.year), month) * DAY_MINUTES if year < END.year else 0
        return publication.level + self._market.drift(f"macro {name}", minute, publication.spread)


def _next_unlock(schedule: UnlockSchedule, now: datetime) -> datetime:
    return next((unlock.unlock_at for unlock in schedule.unlocks if unlock.unlock_at > now), END)


def _published_at(publication: _Publication, year: int, month: int) -> datetime:
    """The moment; a day at a weekend gives way to the Monday after."""
    day = to_day(year, month, publication.day or 1)
    if publication.day == _FIRST_FRIDAY:
        day += (_FRIDAY - weekday_of(day)) % 7
    elif weekday_of(day) > _FRIDAY:
        day += 7 - weekday_of(day)
    return midnight(day) + timedelta(hours=publication.hour, minutes=publication.minute)


def _month_before(publication: _Publication, happens_at: datetime) -> tuple[int, int]:
    """Year and month of the publication before this one."""
    earlier = [month for month in publication.months if month < happens_at.month]
    return (happens_at.year, earlier[-1]) if earlier else (happens_at.year - 1, publication.months[-1])
