"""The tools of one request, sorted by what the analyst knows of them."""

from __future__ import annotations

from msgspec import Struct

from cryptodesk.core.generation import ModelRequest, ToolChoice
from cryptodesk.core.tools import ToolSpec
from cryptodesk.models.analyst.tool_names import ID_LOOKUP, KNOWN_TOOLS, MARKET_DATA, MATH_EVAL

__all__ = ["Offer", "read_offer"]


class Offer(Struct, frozen=True):
    """`names` are the known tools on the list and `built_ins` what was said of them; `others` are the caller's own."""

    names: frozenset[str]
    others: tuple[ToolSpec, ...]
    built_ins: tuple[ToolSpec, ...]
    choice: ToolChoice

    @property
    def may_call(self) -> bool:
        return self.choice != "none" and bool(self.names or self.others)

    def allows(self, tool: str) -> bool:
        return self.choice != "none" and tool in self.names

    @property
    def lacks_market(self) -> tuple[str, ...]:
        """The tools a caller has to list before questions about the market can be answered."""
        return () if MARKET_DATA in self.names else (ID_LOOKUP, MARKET_DATA)

    @property
    def lacks_math(self) -> bool:
        return MATH_EVAL not in self.names


def read_offer(request: ModelRequest) -> Offer:
    known = tuple(tool for tool in request.tools if tool.name in KNOWN_TOOLS)
    others = tuple(tool for tool in request.tools if tool.name not in KNOWN_TOOLS)
    return Offer(frozenset(tool.name for tool in known), others, known, request.tool_choice)
