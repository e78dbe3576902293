"""A desk's ports put on a recording."""

from __future__ import annotations

from cryptodesk.app.recording.engine import RunEngine
from cryptodesk.app.recording.format import Recording
from cryptodesk.app.recording.lookups import BreakTies
from cryptodesk.app.recording.taping import Untaped
from cryptodesk.app.replaying.engine import PlayedEngine
from cryptodesk.app.replaying.lookups import PlayedDocuments, PlayedFeed, play_ties
from cryptodesk.app.replaying.loop import catch_up
from cryptodesk.app.replaying.ports import (
    NoDatabase,
    NoLedger,
    PlayedCatalog,
    PlayedClock,
    PlayedHolds,
    PlayedProvider,
    PlayedTools,
    PlayedTurns,
)
from cryptodesk.core.clock import Clock
from cryptodesk.core.events import RunFold
from cryptodesk.core.generation import ModelRoute
from cryptodesk.core.money import Holds
from cryptodesk.core.ports import Database, Ledger, ModelCatalog, Provider, RunObserver, ToolRunner, TurnStore
from cryptodesk.documents.query import DocumentFeed
from cryptodesk.market.query import Feed

__all__ = ["Player"]


class Player(Untaped):
    """`fold` is what the run's events come to."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self.fold = RunFold()

    def new_id(self, unix_seconds: float) -> str:
        # The run's time limit counts from here.
        catch_up(self._recording.begun)
        return self._recording.run_id

    def clock(self, clock: Clock, reader: str) -> Clock:
        return PlayedClock(clock, reader)

    def catalog(self, catalog: ModelCatalog) -> ModelCatalog:
        return PlayedCatalog()

    def provider(self, provider: Provider, route: ModelRoute) -> Provider:
        return PlayedProvider(provider.name)

    def tools(self, tools: ToolRunner) -> ToolRunner:
        return PlayedTools(tools)

    def turns(self, turns: TurnStore) -> TurnStore:
        return PlayedTurns()

    def holds(self, holds: Holds) -> Holds:
        return PlayedHolds()

    def database(self, database: Database) -> Database:
        return NoDatabase()

    def ledger(self, ledger: Ledger) -> Ledger:
        return NoLedger()

    def observer(self, observer: RunObserver | None) -> RunObserver | None:
        return None

    def engine(self, engine: RunEngine, *, is_graph: bool = False) -> RunEngine:
        return PlayedEngine(engine, self.fold, is_graph=is_graph)

    def feed(self, feed: Feed) -> Feed:
        return PlayedFeed()

    def documents(self, documents: DocumentFeed) -> DocumentFeed:
        return PlayedDocuments()

    def ties(self, break_ties: BreakTies) -> BreakTies:
        return play_ties
