"""A desk's ports, traced: whatever a run asks of them is a span within the run's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from msgspec import structs

from cryptodesk.app.recording.engine import RunEngine
from cryptodesk.app.recording.taping import Taping
from cryptodesk.app.tracing.calls import TracedCatalog, TracedProvider
from cryptodesk.app.tracing.runs import TracedEngine
from cryptodesk.app.tracing.spans import Spans, active
from cryptodesk.app.tracing.stores import StoreSpans, TracedDatabase, TracedHolds, TracedTurns
from cryptodesk.core.errors import CryptodeskError
from cryptodesk.core.generation import ModelRoute
from cryptodesk.core.messages import ToolCallPart
from cryptodesk.core.money import Holds
from cryptodesk.core.ports import Database, ModelCatalog, Provider, ToolRunner, TurnStore
from cryptodesk.core.tools import ToolRunContext, ToolTrace

if TYPE_CHECKING:
    from cryptodesk.observing.ports import WritableDatabase
    from cryptodesk.research.graph import Form, Node

__all__ = ["TracedTaping", "TracedTools", "traced_node"]


class TracedTaping:
    """Ports are traced before `inner` puts its own around them."""

    def __init__(self, inner: Taping, spans: Spans, system: str) -> None:
        self._inner = inner
        self._spans = spans
        self._stores = StoreSpans(spans, system)
        self.new_id, self.clock, self.ledger, self.observer = inner.new_id, inner.clock, inner.ledger, inner.observer
        self.feed, self.documents, self.ties, self.watch = inner.feed, inner.documents, inner.ties, inner.watch

    def engine(self, engine: RunEngine, *, is_graph: bool = False) -> RunEngine:
        return self._inner.engine(TracedEngine(engine, self._spans, is_graph=is_graph), is_graph=is_graph)

    def nodes(self, nodes: Sequence[Node[Any]]) -> Sequence[Node[Any]]:
        return [traced_node(node, self._spans) for node in self._inner.nodes(nodes)]

    def catalog(self, catalog: ModelCatalog) -> ModelCatalog:
        return self._inner.catalog(TracedCatalog(catalog, self._spans))

    def provider(self, provider: Provider, route: ModelRoute) -> Provider:
        return self._inner.provider(TracedProvider(provider, self._spans), route)

    def tools(self, tools: ToolRunner) -> ToolRunner:
        return self._inner.tools(TracedTools(tools, self._spans))

    def turns(self, turns: TurnStore) -> TurnStore:
        return self._inner.turns(TracedTurns(turns, self._stores))

    def holds(self, holds: Holds) -> Holds:
        return self._inner.holds(TracedHolds(holds, self._stores))

    def database(self, database: Database) -> Database:
        return self._inner.database(TracedDatabase(cast("WritableDatabase", database), self._stores))


class TracedTools:
    """A tool that fails never raises: its trace says so."""

    def __init__(self, tools: ToolRunner, spans: Spans) -> None:
        self._tools = tools
        self._spans = spans
        self.spec = tools.spec
        self.names = tools.names

    async def run(self, call: ToolCallPart, context: ToolRunContext) -> ToolTrace:
        attributes = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": call.name,
            "gen_ai.tool.call.id": call.call_id,
            "gen_ai.tool.type": "function",
        }
        span = self._spans.start(f"execute_tool {call.name}", "internal", attributes)
        try:
            with active(span):
                trace = await self._tools.run(call, context)
            if trace.status == "failed":
                span.fail("tool_failed")
        except Exception:
            span.fail("internal_error")
            raise
        finally:
            span.end()
        return trace


def traced_node(node: Node[Any], spans: Spans) -> Node[Any]:
    """The node with a span around each of its forms; what a form starts is within it."""
    model = None if node.model is None else _traced_form(node.name, "model", node.model, spans)
    return structs.replace(node, rules=_traced_form(node.name, "rules", node.rules, spans), model=model)


def _traced_form(node: str, name: str, form: Form[Any], spans: Spans) -> Form[Any]:
    async def run(state: Any) -> str:
        told = {"cryptodesk.node.name": node, "cryptodesk.node.form": name, "cryptodesk.outcome": "finished"}
        span = spans.start(f"node {node}", "internal", told)
        try:
            with active(span):
                return await form(state)
        except CryptodeskError as error:
            span.note({"cryptodesk.outcome": "failed"})
            span.fail(error.code)
            raise
        except Exception:
            span.note({"cryptodesk.outcome": "failed"})
            span.fail("internal_error")
            raise
        except BaseException:  # out of time, or nobody waits for it any more
            span.note({"cryptodesk.outcome": "cancelled"})
            raise
        finally:
            span.end()

    return run
