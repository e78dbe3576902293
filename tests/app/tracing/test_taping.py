"""Tools and nodes, traced; and a taping that leaves out nothing."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any, cast

import pytest

from cryptodesk.app.recording.taping import Taping, Untaped
from cryptodesk.app.tracing.spans import CURRENT
from cryptodesk.app.tracing.taping import TracedTaping, TracedTools, traced_node
from cryptodesk.core.errors import UpstreamTimeout
from cryptodesk.core.messages import ToolCallPart
from cryptodesk.core.tools import ToolTrace
from cryptodesk.research.graph import Node
from tests.app.tracing.support import Kept

CALL = ToolCallPart("call-1", "cmc_math_eval", '{"expression": "CANARY"}')
TOOL = "execute_tool cmc_math_eval"


class Tools:
    def __init__(self, status: str = "completed", error: BaseException | None = None) -> None:
        self.status = status
        self.error = error
        self.within: Any = None

    def spec(self, name: str) -> Any: ...

    def names(self) -> list[str]:
        return ["cmc_math_eval"]

    async def run(self, call: ToolCallPart, context: Any) -> ToolTrace:
        self.within = CURRENT.get()
        if self.error is not None:
            raise self.error
        return ToolTrace(call.call_id, call.name, call.arguments, cast("Any", self.status), "CANARY")


async def run(kept: Kept, tools: Tools) -> ToolTrace:
    return await TracedTools(cast("Any", tools), kept.spans).run(CALL, cast("Any", None))


async def test_a_tool_is_told_by_name_and_id_and_not_by_what_it_was_asked() -> None:
    kept, tools = Kept(), Tools()
    assert (await run(kept, tools)).call_id == "call-1"
    assert kept.of(TOOL) == {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "cmc_math_eval",
        "gen_ai.tool.call.id": "call-1",
        "gen_ai.tool.type": "function",
    }
    assert tools.within is not None
    assert CURRENT.get() is None


@pytest.mark.parametrize(
    ("tools", "code"), [(Tools("failed"), "tool_failed"), (Tools(error=KeyError("CANARY")), "internal_error")]
)
async def test_a_tool_that_fails_is_an_error(tools: Tools, code: str) -> None:
    kept = Kept()
    try:
        await run(kept, tools)
    except KeyError:
        assert tools.error is not None
    assert (kept.failed(TOOL), kept.of(TOOL)["error.type"]) == (True, code)
    assert "CANARY" not in kept.ended[TOOL].to_json()


async def test_each_form_of_a_node_is_a_span_and_its_work_is_within_it() -> None:
    kept = Kept()

    async def rules(state: str) -> str:
        kept.spans.start("work").end()
        return f"did {state}"

    async def model(state: str) -> str:
        raise UpstreamTimeout("CANARY", upstream="acme")

    node = traced_node(Node(name="plan", does="plans", rules=rules, model=model, after=("x",)), kept.spans)
    assert (node.name, node.after) == ("plan", ("x",))
    assert node.model is not None
    with pytest.raises(UpstreamTimeout):
        await node.model("it")
    assert (kept.of("node plan")["cryptodesk.node.form"], kept.failed("node plan")) == ("model", True)
    assert kept.of("node plan")["error.type"] == "upstream_timeout"
    assert await node.rules("it") == "did it"
    assert (kept.of("node plan")["cryptodesk.node.form"], kept.failed("node plan")) == ("rules", False)
    assert kept.parent("work") == "node plan"


async def test_a_node_whose_time_is_up_ends_its_span() -> None:
    kept = Kept()

    async def hang(state: Any) -> str:
        await asyncio.Event().wait()
        return ""

    node = traced_node(Node(name="write", does="writes", rules=hang), kept.spans)
    working = asyncio.ensure_future(node.rules(None))
    await asyncio.sleep(0)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert kept.of("node write")["cryptodesk.outcome"] == "cancelled"
    assert node.model is None


def test_every_port_of_a_taping_is_there() -> None:
    taping = TracedTaping(Untaped(), Kept().spans, "sqlite")
    ports = [name for name, _ in inspect.getmembers(Taping, inspect.isfunction) if not name.startswith("_")]
    assert len(ports) >= 15
    assert [name for name in ports if not callable(getattr(taping, name, None))] == []
