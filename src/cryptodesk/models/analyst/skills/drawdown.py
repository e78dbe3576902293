"""How far an asset fell from its high: the deepest fall of a period, whether it recovered, and where it stands now."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from msgspec import Struct, structs

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import money, percent, plural
from cryptodesk.models.analyst.questions import Period, Plan
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._closes import (
    Closes,
    Span,
    close_calls,
    figure_fact,
    gather,
    over,
    short_notes,
    span_of,
)
from cryptodesk.models.analyst.skills._returns import Drawdown, drawdown
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.skills._unfound import with_unfound
from cryptodesk.models.analyst.skills._wording import is_about_asset, is_concept, is_list, is_speculation, looks_ahead
from cryptodesk.models.analyst.tool_names import MARKET_DATA
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, as_number, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing
from cryptodesk.models.analyst.writer.table import table

__all__ = ["SKILL"]

_DEFAULT_DAYS = 52 * 7
_WORD = Pattern(
    r"\bdraw ?-?downs?\b|\bdd\b|\bpeak,? (?:and|vs) (?:its |the )?trough\b|\b(?:worst|longest|biggest) losing (?:stretch|streak|run|spell)\b|\bmax ?dd\b|\bmdd\b|\bpeak[- ]to[- ](?:trough|bottom)\b|\btop[- ]to[- ]bottom\b"
    r"|\bmax\.? ?draw\w*|\b(?:peak|high|top|summit|crest)[- ](?:to|2|into)[- ](?:the )?(?:trough|bottom|low|valley|floor)\b(?! range)|\bfrom (?:the |its )?(?:peak|top|high|summit) (?:down )?to (?:the |its )?(?:trough|bottom|low|valley|floor)\b"
    r"|\b(?:biggest|largest|worst|deepest|steepest|maximum|max|ugliest|hardest|nastiest|harshest|greatest|most painful|most brutal|heaviest|sharpest|longest) (?:\w+ )?(?:drop|fall|decline|crash|correction|pull ?-?back|dip|sell-?off|loss from|slump|plunge|slide|tumble|retreat|setback|descent|collapse|hole|nosedive|retracement|bleed)\b(?! of \d)"
)
_LOOSE = Pattern(
    r"\b(?:recover(?:ed|y)?|bounced? back|climbed back)\b.{0,40}\b(?:from|since|after)\b|\bhow (?:deep|bad|hard|far) (?:was|did|were|has|have)\b.{0,30}\b(?:fall|drop|crash|dip|correction|bear|slump|slide|plunge|sell-?off)"
    r"|\b(?:fall|fallen|fell|drop|dropped|down|lose|lost|sink|sank|sunk)\b.{0,16}\bat (?:most|worst|its worst|the worst)\b|\b(?:at (?:most|worst|its worst)|unluckiest|worst[- ]timed)\b.{0,40}\b(?:fall|fallen|fell|drop|dropped|down|lose|lost|bottom|buyer)\b|\bhow (?:much|far|deep) (?:under|below|beneath|off|down from) (?:its|the|their) (?:[\w-]+ ){0,2}(?:high|peak|top)\b.{0,40}\b(?:worst|lowest|deepest|bottom|most)\b|\b(?:give|gave|given|giving|hand|handed) back\b.{0,24}\b(?:from|since|off) (?:its |the |their )?(?:[\w-]+ ){0,2}(?:high|peak|top)\b|\b(?:between|from) (?:its|the) (?:peak|top|high) (?:and|to) (?:its |the )?(?:bottom|trough)\b|\bhow (?:deep|deeply|far|much|low|badly|hard) (?:did|has|had|have|was) _+ (?:\w+ ){0,2}?(?:sink|sunk|fall|fallen|drop|dropped|slump|slumped|plunge|plunged|slide|lose|lost|crash|crashed|give back|given back|retreat|come|came|shed|hit|knocked|get hit|got hit)\b.{0,24}\b(?:from|off|below) (?:its |the |their |a )?(?:[\w-]+ )?(?:high|highs|peak|top)\b"
    r"|\b(?:bought|buy|buying) (?:\w+ ){0,2}?_* ?(?:at |in )?(?:the |its )?(?:very )?(?:top|peak|worst (?:moment|time|day|point)|high)\b.{0,40}\b(?:sold|sell|down|bottom|low|lost|lose|loss|under ?water)\b|\b(?:worst|max(?:imum)?|deepest) (?:pain|loss|damage)\b.{0,30}\b(?:from|peak|top|high|holders?)\b"
)
_BELOW_HIGH = Pattern(
    r"\b(?:down|off|below|fallen|dropped|far|lost)\b.{0,24}\b(?:from|off|below|since) (?:its |the |their |a )?(?:[\w-]+ ){0,2}(?:high|highs|peak|top)\b"
)
_NOW = Pattern(r"\b(?:current|currently|now|right now|at the moment)\b")
_EVER = Pattern(
    r"\b(?:ever|all[- ]time|of all time|in (?:its|the|their) (?:whole |entire |full )?history|on record|since (?:inception|launch))\b"
)
_ALL = Period("all", "the whole record")
_RECOVERY = Pattern(r"\brecover\w*\b|\bbounced? back\b|\bclimbed back\b|\bmade good\b|\bunder ?water\b")
# The fall from the highest price of all is a figure of the market tool.
_OTHERS = Pattern(
    r"\bath\b|\ball[- ]time[- ]high\b|\bhashrate\b|\btvl\b|\bopen interest\b|\bvolume\b|\bin a day\b|\bsingle[- ]day\b|\b24 ?h(?:ours?)?\b|\btoday\b"
)


class Slots(Struct, frozen=True):
    """`recovery`: the days after the period are looked at too, for whether the fall was made good. `current`: it is
    asked how far below its high an asset stands now. `ever`: of all that is on record."""

    recovery: bool = False
    current: bool = False
    ever: bool = False


class _Figures(Struct, frozen=True):
    """`deepest` is None where the closes only rose; `now_pct` is the last close against the highest one."""

    closes: Closes
    deepest: Drawdown | None
    high: Decimal
    high_day: date

    @property
    def now_pct(self) -> Decimal:
        return (self.closes.last - self.high) / self.high * 100

    @property
    def depth_pct(self) -> Decimal:
        return self.deepest.depth_pct if self.deepest else Decimal(0)


def _recognise(reading: Reading) -> Claim | None:
    if looks_ahead(reading) or is_concept(reading) or is_list(reading) or is_speculation(reading):
        return None
    assets = with_unfound(reading, _WORD)
    if not (assets or is_about_asset(reading)) or reading.says(_OTHERS):
        return None
    below_high = _BELOW_HIGH.search(reading.masked) is not None and reading.strong_period is not None
    is_now = below_high or _NOW.search(reading.masked) is not None
    is_ever = _EVER.search(reading.masked) is not None
    slots = Slots(_RECOVERY.search(reading.masked) is not None, is_now, is_ever)
    if _WORD.search(reading.masked):
        return Claim(0.97, slots, assets)
    return Claim(0.92, slots) if below_high or _LOOSE.search(reading.masked) else None


def _calls(ask: Ask) -> Sequence[Call]:
    return close_calls(ask.ids, _read_span(ask.plan, ask.today), ask.today, ask.plan.currency)


def _span(plan: Plan) -> Span:
    is_ever = isinstance(plan.slots, Slots) and plan.slots.ever and (plan.period is None or plan.period.is_weak)
    return span_of(_ALL if is_ever else plan.period, _DEFAULT_DAYS)


def _read_span(plan: Plan, today: date) -> Span:
    span = _span(plan)
    wants_more = isinstance(plan.slots, Slots) and plan.slots.recovery and span.start is not None
    return structs.replace(span, end=today) if wants_more else span


def _write(setting: Setting) -> Draft:
    assets, span = setting.resolved.assets, _span(setting.plan)
    ids = [asset.asset_id for asset in assets if asset.asset_id is not None]
    wide = _read_span(setting.plan, setting.today)
    gathered = gather(setting, close_calls(ids, wide, setting.today, setting.plan.currency), assets, span.count)
    figures = sorted((_figures(one, span.end) for one in gathered.closes), key=lambda one: one.depth_pct)
    parts = [_lead(setting, figures, span)] if figures else []
    if not setting.is_brief and figures:
        parts += [_more(setting, figures), " ".join((_method(setting), *short_notes(gathered, wide)))]
    text = join_paragraphs(*parts, " ".join(gathered.absent), closing(setting, gathered.results, ("history",)))
    return Draft(text, tuple(fact for one in figures for fact in _facts(one)))


def _figures(closes: Closes, until: date | None) -> _Figures:
    high = max(range(len(closes.values)), key=lambda at: closes.values[at])
    return _Figures(closes, drawdown(closes.days, closes.prices, until), closes.price(high), closes.days[high])


def _lead(setting: Setting, figures: Sequence[_Figures], span: Span) -> str:
    first, slots = figures[0], setting.plan.slots
    if len(figures) == 1 and isinstance(slots, Slots) and slots.current:
        return f"{_standing(first, span)} {_fall(first, first.closes.name, span)}"
    if len(figures) == 1:
        return f"{_fall(first, first.closes.label, span)} {_since(first)}".rstrip()
    rest = join_names([f"{percent(one.depth_pct)} for {one.closes.name}" for one in figures[1:]])
    return f"{_fall(first, first.closes.name, span)} That is the deepest of the {len(figures)}, against {rest}."


def _fall(one: _Figures, name: str, span: Span) -> str:
    worst, days = one.deepest, over(span, one.closes)
    if worst is None:
        return f"{name} did not close below an earlier close {days}: there was no drawdown."
    currency = one.closes.currency
    return (
        f"The maximum drawdown of {name} {days} was **{percent(worst.depth_pct)}**: from {money(worst.peak, currency)} on"
        f" {worst.peak_day.isoformat()} to {money(worst.trough, currency)} on {worst.trough_day.isoformat()}."
    )


def _since(one: _Figures) -> str:
    """Whether the fall was made good."""
    if one.deepest is None:
        return ""
    if one.deepest.recovered_on is not None:
        days = (one.deepest.recovered_on - one.deepest.peak_day).days
        return f"It was made good on {one.deepest.recovered_on.isoformat()}, {plural(days, 'day')} after the peak."
    return f"It had not been made good by {one.closes.days[-1].isoformat()}."


def _standing(one: _Figures, span: Span) -> str:
    """Where the last close lies below the highest one, for whoever asks of now."""
    last, currency = one.closes.last, one.closes.currency
    where = f"{one.closes.label} closed at {money(last, currency)} on {one.closes.days[-1].isoformat()}"
    high = f"the highest close {over(span, one.closes)}, {money(one.high, currency)} ({one.high_day.isoformat()})"
    if last == one.high:
        return f"{where}: that is {high}, so its current drawdown is **0.00%**."
    return f"{where}, **{percent(abs(one.now_pct), signed=False)}** below {high}."


def _more(setting: Setting, figures: Sequence[_Figures]) -> str:
    if len(figures) == 1:
        slots = setting.plan.slots
        return _since(figures[0]) if isinstance(slots, Slots) and slots.current else _now(figures[0])
    rows = [_row(one) for one in figures]
    return table(["Asset", "Maximum drawdown", "Peak", "Trough", "Made good on", "Now from the high"], rows)


def _now(one: _Figures) -> str:
    last, currency = one.closes.last, one.closes.currency
    where = f"{money(last, currency)} on {one.closes.days[-1].isoformat()}"
    if last == one.high:
        return f"The last close, {where}, is the highest of these days, so the current drawdown is 0.00%."
    rise = percent((one.high - last) / last * 100, signed=False)
    return (
        f"The last close, {where}, lies {percent(abs(one.now_pct), signed=False)} below the highest close of these days,"
        f" {money(one.high, currency)} ({one.high_day.isoformat()}); a rise of {rise} would reach that high again."
    )


def _row(one: _Figures) -> list[str | None]:
    worst, currency = one.deepest, one.closes.currency
    now = percent(one.now_pct)
    if worst is None:
        return [one.closes.label, percent(0), None, None, None, now]
    peak, trough = (
        f"{money(price, currency)} ({day.isoformat()})"
        for price, day in ((worst.peak, worst.peak_day), (worst.trough, worst.trough_day))
    )
    return [
        one.closes.label,
        percent(worst.depth_pct),
        peak,
        trough,
        worst.recovered_on.isoformat() if worst.recovered_on else "not yet",
        now,
    ]


def _method(setting: Setting) -> str:
    how = "Computed here from daily closes; within a day the price went further."
    if setting.is_detailed:
        how += (
            " A drawdown is a close against the highest close before it; the maximum one is the deepest of the period."
        )
    return how


def _facts(one: _Figures) -> tuple[Fact, ...]:
    currency, worst = one.closes.currency, one.deepest
    facts = [
        figure_fact(one.closes, "max_drawdown_pct", as_number(one.depth_pct), "percent"),
        figure_fact(one.closes, "current_drawdown_pct", as_number(one.now_pct), "percent"),
        figure_fact(one.closes, "period_high_close", as_number(one.high), currency),
    ]
    if -100 < one.now_pct < 0:
        back = as_number((1 / (1 + one.now_pct / 100) - 1) * 100)
        facts.append(figure_fact(one.closes, "rise_to_high_pct", back, "percent"))
    if worst is not None:
        facts += [
            figure_fact(one.closes, "drawdown_peak", as_number(worst.peak), currency, worst.peak_day),
            figure_fact(one.closes, "drawdown_trough", as_number(worst.trough), currency, worst.trough_day),
        ]
    return tuple(facts)


SKILL = Skill(
    name="drawdown",
    title="how far an asset fell from its high",
    examples=(
        "What is the max drawdown of ETH this year?",
        "biggest drop of SOL since January 2024",
        "has BTC recovered from its crash in 2022?",
    ),
    tools=(MARKET_DATA,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="needed",
)
