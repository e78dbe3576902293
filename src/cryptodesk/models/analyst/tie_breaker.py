"""Asks for the vectors of tied questions, within a bound of time, and lets the head decide."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cached_property

from cryptodesk.models._kinds import EmbedQuestion
from cryptodesk.models.analyst.head import Head, load_head
from cryptodesk.models.analyst.ties import NO_BREAKS, Tie, TieBreak, TieBreaks

__all__ = ["TieBreaker"]

_PATIENCE_SECONDS = 0.15
# The first vector of a process waits for the encoder to be loaded: a command that asks one question has no second.
_FIRST_PATIENCE_SECONDS = 1.5
_MOST_REMEMBERED = 1_024


class TieBreaker:
    """Whatever fails or takes too long leaves the tie to the parser. What was decided is remembered, also that nothing
    was: the rounds of a run have to read the question alike."""

    def __init__(
        self,
        embed: EmbedQuestion,
        *,
        load: Callable[[], Head | None] = load_head,
        patience_seconds: float = _PATIENCE_SECONDS,
        first_patience_seconds: float = _FIRST_PATIENCE_SECONDS,
    ) -> None:
        self._embed = embed
        self._load = load
        self._patience_seconds = patience_seconds
        self._next_patience_seconds = first_patience_seconds
        self._decided: OrderedDict[Tie, TieBreak | None] = OrderedDict()

    async def break_ties(self, ties: Sequence[Tie], *, is_later_round: bool = False) -> TieBreaks:
        """Decisions by the text of the tie; none for a tie that stays the parser's. In a later round of a run one that
        could not be decided before is not tried again."""
        open_ties = [tie for tie in dict.fromkeys(ties) if not self._is_settled(tie, is_later_round)]
        if open_ties:
            await self._decide(open_ties)
        found = {tie.text: decided for tie in ties if (decided := self._decided.get(tie)) is not None}
        return found or NO_BREAKS

    @cached_property
    def _head(self) -> Head | None:
        return self._load()

    def _is_settled(self, tie: Tie, is_later_round: bool) -> bool:
        if self._head is None or len(self._head.known(tie)) < 2:
            return True
        return tie in self._decided and (is_later_round or self._decided[tie] is not None)

    async def _decide(self, ties: Sequence[Tie]) -> None:
        """The newest question first: time may run out."""
        patience, self._next_patience_seconds = self._next_patience_seconds, self._patience_seconds
        for tie in ties:
            self._remember(tie, None)
        try:
            async with asyncio.timeout(patience):
                for tie in reversed(ties):
                    self._remember(tie, await self._weighed(tie))
        except TimeoutError:
            return

    async def _weighed(self, tie: Tie) -> TieBreak | None:
        embedded = await self._embed(tie.masked)
        if embedded is None or self._head is None or embedded[0] != self._head.model_id:
            return None
        return self._head.weigh(embedded[1], tie)

    def _remember(self, tie: Tie, decided: TieBreak | None) -> None:
        self._decided[tie] = decided
        self._decided.move_to_end(tie)
        while len(self._decided) > _MOST_REMEMBERED:
            self._decided.popitem(last=False)
