"""What the embedded analyst makes of a text, for the edge: the assets it names, what is asked, what to ask next."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptodesk.dialects._ports import NamedAsset, ReadAsset, Topic
from cryptodesk.market.identity.mentions import Mention

if TYPE_CHECKING:
    from cryptodesk.app.desk import Desk

__all__ = ["DeskReader"]

_TEXTS_KEPT = 256
_LONGEST_KEPT = 2_000
_MOST_READ = 8_000


class DeskReader:
    """Texts that were just read are remembered: a conversation asks for the same again."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._kept = lru_cache(maxsize=_TEXTS_KEPT)(self._read)
        self._check = lru_cache(maxsize=2)(self._plan_check)

    def assets(self, text: str, as_of: datetime | None = None) -> Sequence[ReadAsset]:
        return self._kept(text, as_of) if len(text) <= _LONGEST_KEPT else self._read(text, as_of)

    def topics(self, text: str, earlier: Sequence[str] = ()) -> Sequence[Topic]:
        plans = self._desk.plan(text[:_MOST_READ], [each[:_MOST_READ] for each in earlier])
        return [Topic(plan.intent, plan.measures, plan.period) for plan in plans if plan.declines is None]

    def follow_ups(self, text: str, earlier: Sequence[str], most: int) -> Sequence[str]:
        # Imported when first needed: it brings the research graph's questions with it.
        related = importlib.import_module("cryptodesk.research.related")
        check = self._check(self._desk.clock.now().date())
        asked, before = text[:_MOST_READ], [each[:_MOST_READ] for each in earlier]
        plans = check.plans(asked, before)
        found: Sequence[str] = related.related_questions(
            asked, before, plans, most, check, mode=self._desk.settings.data
        )
        return found

    def _read(self, text: str, as_of: datetime | None) -> tuple[ReadAsset, ...]:
        return tuple(self._to_asset(mention) for mention in self._desk.mentions.find(text, as_of))

    def _to_asset(self, mention: Mention) -> ReadAsset:
        directory = self._desk.market.directory
        rivals = filter(None, (directory.by_id(rival) for rival in mention.rivals))
        return ReadAsset(
            mention.start,
            mention.end,
            mention.text,
            mention.asset_id,
            mention.name,
            mention.symbol,
            mention.confidence,
            tuple(NamedAsset(rival.asset_id, rival.name, rival.symbol) for rival in rivals),
            mention.is_close_call,
            mention.warning,
        )

    def _plan_check(self, today: date) -> Any:
        planning = importlib.import_module("cryptodesk.research.planning")
        specs = [self._desk.tools.spec(name) for name in self._desk.tools.names()]
        return planning.PlanCheck(self._desk.knowledge, specs, today)
