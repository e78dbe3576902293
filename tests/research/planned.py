"""What the tests of planning share: the shipped assets, every built-in tool, one day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cryptodesk.core.messages import Message, text_message
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.identity.mentions import AssetMentions, Mention
from cryptodesk.market.records import Asset
from cryptodesk.models.analyst.ports import AssetId
from cryptodesk.research.planning import Missing, PlanCheck
from cryptodesk.tools import tool_specs

__all__ = ["DIRECTORY", "KNOWLEDGE", "SPECS", "TODAY", "fresh_check", "talk"]

TODAY = date(2026, 11, 22)
DIRECTORY = AssetDirectory()
SPECS = tool_specs()


class _Knowledge:
    """As the desk lends it to the analyst."""

    def __init__(self) -> None:
        self._mentions = AssetMentions(DIRECTORY)

    def find(self, text: str) -> Sequence[Mention]:
        return self._mentions.find(text)

    def facts(self, asset_id: AssetId) -> Asset | None:
        return DIRECTORY.by_id(int(asset_id))


KNOWLEDGE = _Knowledge()
_READ = PlanCheck(KNOWLEDGE, SPECS, TODAY)


def fresh_check(*missing: str) -> PlanCheck:
    """One that shares what was planned before, for speed; `missing` are fields that nothing has."""
    return _READ.within(map(Missing, missing))


def talk(*turns: str) -> tuple[Message, ...]:
    """Turns of the user and the assistant in turn, the user's first."""
    return tuple(text_message("assistant" if at % 2 else "user", text) for at, text in enumerate(turns))
