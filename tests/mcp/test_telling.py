"""Log messages: only from the level that the client chose, in the way of its era."""

from __future__ import annotations

from typing import Any

import mcp_types as types
import pytest

from tests.dialects.openai.support import TOOL_RUN
from tests.dialects.support import FakeEngine
from tests.mcp.support import client, mcp_ports

FAILURE = ("warning", {"tool": "cmc_sentiment", "error": "no source answered"})
SUCCESS = ("info", {"tool": "cmc_market_data", "duration_ms": 7.2})


class Log:
    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []

    async def __call__(self, params: types.LoggingMessageNotificationParams) -> None:
        assert params.logger == "cryptodesk"
        self.heard.append((params.level, params.data))


async def ask(mode: str, log: Log, **options: Any) -> None:
    ports, _ = mcp_ports(FakeEngine(TOOL_RUN))
    level = options.pop("set_level", None)
    async with client(ports, mode, logging_callback=log, **options) as session:
        if level is not None:
            with pytest.warns(UserWarning, match="deprecated"):
                await session.set_logging_level(level)
        await session.call_tool("ask", {"question": "Bitcoin?"})


async def test_an_older_client_that_chose_nothing_hears_of_failures() -> None:
    log = Log()
    await ask("legacy", log)
    assert log.heard == [FAILURE]


async def test_an_older_client_hears_from_the_level_that_it_set() -> None:
    more, less = Log(), Log()
    await ask("legacy", more, set_level="debug")
    await ask("legacy", less, set_level="error")
    assert more.heard == [SUCCESS, FAILURE]
    assert less.heard == []


async def test_a_newer_client_hears_nothing_unless_it_asks_with_the_request() -> None:
    nothing, asked = Log(), Log()
    await ask("auto", nothing)
    await ask("auto", asked, log_level="info")
    assert nothing.heard == []
    assert asked.heard == [SUCCESS, FAILURE]
