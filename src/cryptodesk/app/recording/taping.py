"""How a desk's ports are put on: as they are, watched, or played from a recording. One composition serves all three."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from cryptodesk.app.recording.engine import RunEngine
from cryptodesk.core.clock import Clock
from cryptodesk.core.generation import ModelRoute
from cryptodesk.core.ids import new_time_ordered_id
from cryptodesk.core.money import Holds
from cryptodesk.core.ports import Database, Ledger, ModelCatalog, Provider, RunObserver, ToolRunner, TurnStore
from cryptodesk.dialects._ports import ASGIApp, DialectSettings

if TYPE_CHECKING:
    from cryptodesk.app.recording.lookups import BreakTies
    from cryptodesk.documents.query import DocumentFeed
    from cryptodesk.market.query import Feed
    from cryptodesk.research.graph import Node

__all__ = ["Taping", "Untaped"]


class Taping(Protocol):
    def new_id(self, unix_seconds: float) -> str:
        """A run's."""
        ...

    def clock(self, clock: Clock, reader: str) -> Clock: ...

    def catalog(self, catalog: ModelCatalog) -> ModelCatalog: ...

    def provider(self, provider: Provider, route: ModelRoute) -> Provider:
        """One that is asked without a look-up in the catalogue, and the way it is charged."""
        ...

    def tools(self, tools: ToolRunner) -> ToolRunner: ...

    def turns(self, turns: TurnStore) -> TurnStore: ...

    def holds(self, holds: Holds) -> Holds: ...

    def database(self, database: Database) -> Database: ...

    def ledger(self, ledger: Ledger) -> Ledger: ...

    def observer(self, observer: RunObserver | None) -> RunObserver | None: ...

    def engine(self, engine: RunEngine, *, is_graph: bool = False) -> RunEngine: ...

    def nodes(self, nodes: Sequence[Node[Any]]) -> Sequence[Node[Any]]:
        """Those of the research graph."""
        ...

    def feed(self, feed: Feed) -> Feed: ...

    def documents(self, documents: DocumentFeed) -> DocumentFeed: ...

    def ties(self, break_ties: BreakTies) -> BreakTies: ...

    def watch(self, settings: DialectSettings) -> Callable[[ASGIApp], ASGIApp] | None:
        """What every endpoint of the edge, which has these settings, is put into."""
        ...


class Untaped:
    """Every port as it is."""

    def new_id(self, unix_seconds: float) -> str:
        return new_time_ordered_id(unix_seconds)

    def clock(self, clock: Clock, reader: str) -> Clock:
        return clock

    def catalog(self, catalog: ModelCatalog) -> ModelCatalog:
        return catalog

    def provider(self, provider: Provider, route: ModelRoute) -> Provider:
        return provider

    def tools(self, tools: ToolRunner) -> ToolRunner:
        return tools

    def turns(self, turns: TurnStore) -> TurnStore:
        return turns

    def holds(self, holds: Holds) -> Holds:
        return holds

    def database(self, database: Database) -> Database:
        return database

    def ledger(self, ledger: Ledger) -> Ledger:
        return ledger

    def observer(self, observer: RunObserver | None) -> RunObserver | None:
        return observer

    def engine(self, engine: RunEngine, *, is_graph: bool = False) -> RunEngine:
        return engine

    def nodes(self, nodes: Sequence[Node[Any]]) -> Sequence[Node[Any]]:
        return nodes

    def feed(self, feed: Feed) -> Feed:
        return feed

    def documents(self, documents: DocumentFeed) -> DocumentFeed:
        return documents

    def ties(self, break_ties: BreakTies) -> BreakTies:
        return break_ties

    def watch(self, settings: DialectSettings) -> Callable[[ASGIApp], ASGIApp] | None:
        return None
