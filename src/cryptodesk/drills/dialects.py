"""The ways in: each chat route of the deployment, streamed, and the first one whole as well."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from cryptodesk.dialects.messari.route import CHAT_PATHS
from cryptodesk.dialects.openai.route import CHAT_PATH
from cryptodesk.drills.script import TOOL

__all__ = ["WAYS_IN", "WayIn"]


class WayIn(Struct, frozen=True):
    """One dialect, streamed or whole. A researched one takes no model: the deployment has one for all. Where a request
    `goes_on` the model reads what its tools returned and answers; else they are handed to the client."""

    name: str
    path: str
    is_streamed: bool = True
    is_research: bool = False
    goes_on: bool = False

    def body(self, question: str, model_id: str, *, lists_tool: bool) -> dict[str, Any]:
        messages = [{"role": "user", "content": question}]
        if self.is_research:
            return {"messages": messages, "stream": True, "generate_related_questions": 0}
        tools = {"tools": [{"function": {"name": TOOL}}]} if lists_tool else {}
        return {"model": model_id, "messages": messages, "stream": self.is_streamed, **tools}


WAYS_IN: tuple[WayIn, ...] = (
    WayIn("cmc", "/v1/chat/completions"),
    WayIn("cmc (whole)", "/v1/chat/completions", is_streamed=False),
    WayIn("openai", CHAT_PATH, goes_on=True),
    WayIn("openai (whole)", CHAT_PATH, is_streamed=False, goes_on=True),
    *(WayIn(name, path, is_research=True, goes_on=True) for path, name in CHAT_PATHS.items()),
)
