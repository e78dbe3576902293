"""The product without a surface: settings → stores → market and documents → tools and models → engine."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from cryptodesk.app.catalogue import CatalogueWatch, open_models, start_hint
from cryptodesk.app.databases import open_database
from cryptodesk.app.documents import Documents
from cryptodesk.app.embedding import SharedEmbedder
from cryptodesk.app.recording.opening import open_recorder
from cryptodesk.app.recording.recorder import Recorder
from cryptodesk.app.recording.taping import Taping, Untaped
from cryptodesk.app.research import LateResearch, LateTexts, open_research, open_texts
from cryptodesk.app.resilience import resilient_models
from cryptodesk.core.clock import Clock, SystemClock
from cryptodesk.core.ids import new_id
from cryptodesk.core.messages import ToolCallPart, text_message
from cryptodesk.core.ports import RunObserver
from cryptodesk.core.requests import Caller, RunLimits, RunRequest
from cryptodesk.core.tools import ToolRunContext, ToolTrace
from cryptodesk.documents.query import DocumentFeed
from cryptodesk.documents.store.documents import DocumentStore
from cryptodesk.engine import Engine, Settlement
from cryptodesk.ledger.credits import CreditBook, MeteredEngine
from cryptodesk.ledger.desk import LedgerDesk
from cryptodesk.ledger.holds import HoldDesk
from cryptodesk.ledger.idempotency import AnswerStore
from cryptodesk.ledger.keeper import LedgerKeeper
from cryptodesk.ledger.pricing import PriceBook
from cryptodesk.ledger.refunds import Refunds
from cryptodesk.ledger.store import DatabaseLedger
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.identity.mentions import AssetMentions, Mention
from cryptodesk.market.market import Market, MarketOptions
from cryptodesk.market.records import Asset
from cryptodesk.models._kinds import ProviderServices
from cryptodesk.models.analyst.explain import ExplainedPlan, explain
from cryptodesk.models.analyst.followups import find_ties
from cryptodesk.models.analyst.tie_breaker import TieBreaker
from cryptodesk.models.analyst.ties import NO_BREAKS, TieBreaks
from cryptodesk.research.jobs import JobDesk, JobSettings
from cryptodesk.settings import Settings
from cryptodesk.state.history import DatabaseHistory
from cryptodesk.state.keys import DatabaseKeyStore
from cryptodesk.state.research_jobs import DatabaseJobStore
from cryptodesk.state.turns import DatabaseTurnStore
from cryptodesk.storage.database import Database
from cryptodesk.storage.presence import Presence
from cryptodesk.tools import ToolRegistry, ToolServices
from cryptodesk.verification.verifier import AnswerVerifier

if TYPE_CHECKING:
    from cryptodesk.app.library import Library

__all__ = ["LOCAL_CALLER", "Desk", "open_keys", "open_ledger", "open_market"]

LOCAL_CALLER = Caller(account_id="local", key_id="local")
_PURGE_INTERVAL_SECONDS = 3600.0


class Desk:
    """The product without a surface. Use it in an `async with` block: entering opens the stores, leaving closes all.
    `is_brief` says that it is asked a question or two: what lasting desks load once is then done without.

    Raises (entering): InternalError for a broken data folder, CatalogError for a wrong model or price file.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock | None = None,
        observer: RunObserver | None = None,
        taping: Taping | None = None,
        over: Callable[[Taping], Taping] = lambda taping: taping,
        *,
        is_brief: bool = False,
    ) -> None:
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self._database = open_database(settings)
        self.market = Market(_market_options(settings), self._database, self.clock)
        directory = self.market.directory
        mentions = self.mentions = AssetMentions(directory)
        self._embedder = SharedEmbedder(is_brief=is_brief)
        self._tie_breaker = TieBreaker(self._embedder.embed)
        library = self._documents(mentions)
        # A library that is kept fresh; beside the simulated world it lends its handbook alone.
        self._library = None if self.market.world is not None else library
        self._handbook = library
        self.knowledge = _Knowledge(mentions, directory)
        self.models = open_models(settings, ProviderServices(self.clock, self.knowledge, self._embedder.embed))
        self.taping: Taping = taping or Untaped()
        # What the tools search: the texts of the simulated world in the simulated world, else the library.
        self.documents: DocumentFeed = self._library or self._story()
        self.tools = ToolRegistry(ToolServices(self.clock, directory, self.market.feed, self.documents))
        self.recorder = self._open_recorder() if taping is None and settings.recording != "off" else None
        taping = self.taping = over(self.recorder or self.taping)
        self.catalog = taping.catalog(resilient_models(self.models, settings))
        observer = taping.observer(observer)
        self.keys = DatabaseKeyStore(self._database)
        self.ledger = DatabaseLedger(self._database)
        self._turns = DatabaseTurnStore(
            self._database,
            retention_seconds=settings.response_retention_hours * 3600.0,
            was_answered=self.ledger.was_answered,
        )
        self.holds = HoldDesk(self._database, self.clock)
        settlement = Settlement(
            taping.database(self._database),
            taping.turns(self._turns),
            taping.ledger(self.ledger),
            PriceBook(),
            taping.holds(self.holds),
        )
        self.money = LedgerDesk(self._database, self.clock, self.catalog, PriceBook(), self.tools)
        self.answers = AnswerStore(self._database, retention_seconds=settings.idempotency_hours * 3600.0)
        self.history = DatabaseHistory(
            self._database.apart("history"),
            retention_seconds=settings.history_days * 24 * 3600.0,
            most_megabytes=settings.history_mb,
        )
        self.credits = CreditBook(self._database, self.clock, credits_a_month=settings.credits_a_month)
        self.graph = taping.engine(LateResearch(lambda: open_research(self, settlement, observer)), is_graph=True)
        self.research = MeteredEngine(self.graph, self.credits)
        self.texts = LateTexts(lambda: open_texts(self))
        self._job_store = DatabaseJobStore(
            self._database, retention_seconds=settings.research_retention_days * 24 * 3600.0
        )
        self.jobs = self._make_jobs()
        engine = Engine(
            catalog=self.catalog,
            tools=taping.tools(self.tools),
            turns=taping.turns(self._turns),
            settlement=settlement,
            clock=taping.clock(self.clock, "engine"),
            observer=observer,
            verifier=None if settings.verification == "off" else AnswerVerifier(settings.verification),
            new_id=taping.new_id,
        )
        self.engine = taping.engine(engine)

    async def __aenter__(self) -> Desk:
        await self.market.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.models.close()
        await self._handbook.close()
        await asyncio.to_thread(self._embedder.close)
        await self.market.__aexit__()
        if self.recorder is not None:
            await asyncio.to_thread(self.recorder.close)
        await self._database.aclose()

    @property
    def database(self) -> Database:
        return self._database

    def presence(self) -> Presence:
        """To be entered while this process serves: it then knows whether it is the only one on its database."""
        return self._database.presence()

    @property
    def limits(self) -> RunLimits:
        settings = self.settings
        return RunLimits(
            rounds=settings.run_rounds,
            tool_calls=settings.run_tool_calls,
            seconds=settings.run_seconds,
            tokens=settings.run_tokens,
            cost_usd=settings.run_cost_usd,
        )

    async def call_tool(self, name: str, arguments: str, as_of: datetime | None = None) -> ToolTrace:
        """One built-in tool, called outside a run. `arguments` is JSON text."""
        call = ToolCallPart(new_id(), name, arguments)
        return await self.tools.run(
            call, ToolRunContext(new_id(), LOCAL_CALLER.key_id, as_of, self.limits.tool_seconds)
        )

    def question(self, text: str, as_of: datetime | None = None) -> RunRequest:
        """A question asked on this machine: every built-in is offered and the answer is finished text."""
        return RunRequest(
            caller=LOCAL_CALLER,
            dialect="local",
            trace_id=new_id(),
            model_id=self.settings.default_model,
            messages=(text_message("user", text),),
            built_in_tools=tuple(self.tools.names()),
            after_tools="answer",
            stream=True,
            limits=self.limits,
            as_of=as_of,
        )

    def plan(
        self,
        text: str,
        earlier: Sequence[str] = (),
        as_of: datetime | None = None,
        breaks: TieBreaks = NO_BREAKS,
        answers: Sequence[str] = (),
    ) -> tuple[ExplainedPlan, ...]:
        """What the embedded analyst would do with a question; nothing is called. Without `breaks` the rules
        alone decide close calls; in a run it has those of `break_ties`, and what was answered to `earlier`."""
        specs = [self.tools.spec(name) for name in self.tools.names()]
        return explain(text, earlier, specs, self.knowledge, (as_of or self.clock.now()).date(), breaks, answers)

    async def break_ties(self, text: str, earlier: Sequence[str] = (), as_of: datetime | None = None) -> TieBreaks:
        """What is decided of the question's close calls: empty where there are none, or no vectors."""
        ties = find_ties(text, earlier, self.knowledge, (as_of or self.clock.now()).date())
        return await self._tie_breaker.break_ties(ties)

    async def serve_housekeeping(self) -> None:
        """Deletes responses past their retention, now and every hour. Runs until it is cancelled."""
        while True:
            await self._turns.purge_expired(self.clock.unix())
            await self._job_store.purge_expired(self.clock.unix())
            await self.answers.purge_expired(self.clock.unix())
            await self.history.purge_expired(self.clock.unix())
            if self.recorder is not None:
                await asyncio.to_thread(self.recorder.purge)
            await asyncio.sleep(_PURGE_INTERVAL_SECONDS)

    async def serve_catalogue(self, say: Callable[[str], None]) -> None:
        """Tells what is not set up, then takes over models and prices when their files change. Runs until it is
        cancelled."""
        hint = await asyncio.to_thread(start_hint, self.models)
        if hint is not None:
            say(hint)
        await CatalogueWatch(self.settings, self.models).serve()

    async def serve_ledger(self) -> None:
        """Gives back what dead processes held, seals what was recorded, and keeps totals fresh where budgets need them:
        now and every half minute. Runs until it is cancelled."""
        await LedgerKeeper(self._database, self.clock, self.holds).serve()

    async def serve_documents(self, *, is_sole: bool) -> None:
        """Keeps what is subscribed to fresh, and the index with it. Runs until it is cancelled."""
        if self._library is not None:
            await self._library.keep_fresh(is_sole=is_sole)

    def document_syncs(self) -> Mapping[tuple[str, str], int]:
        """How syncs of documents ended in this process, by source and outcome."""
        return self._handbook.syncs()

    async def release_abandoned_turns(self) -> None:
        """Gives back what a killed server had claimed. Only for the sole server of a data folder."""
        await self._turns.release_abandoned()
        await self._job_store.release_abandoned()

    def _open_recorder(self) -> Recorder:
        names = tuple(self.tools.names())
        return open_recorder(
            self.settings, self.clock, limits=self.limits, research_model=self.research_model, built_in_tools=names
        )

    def _make_jobs(self) -> JobDesk:
        settings = self.settings
        return JobDesk(
            self._job_store,
            self.research,
            self.clock,
            JobSettings(
                model_id=self.research_model,
                built_in_tools=tuple(sorted(self.tools.names())),
                concurrency=settings.research_jobs,
            ),
            refund=Refunds(self._database, self.ledger, self.clock).refund_run,
        )

    @property
    def research_model(self) -> str:
        return self.settings.research_model or self.settings.default_model

    # Both are imported late: a question about a price needs neither.

    def _documents(self, mentions: AssetMentions) -> Documents:
        def open_library() -> Library:
            library = importlib.import_module("cryptodesk.app.library")
            directory = self.market.directory
            opened: Library = library.Library(
                self.settings,
                self._database,
                self.clock,
                library.linked_assets(mentions),
                library.names_of(directory),
                self._embedder.get(),
            )
            return opened

        return Documents(open_library, DocumentStore(self._database))

    def _story(self) -> DocumentFeed:
        story = importlib.import_module("cryptodesk.app.story")
        told = story.simulated_documents(self.settings.simulated_seed, self.clock, self.market.world)
        feed: DocumentFeed = story.StoryWithHandbook(told, self._handbook)
        return feed


class _Knowledge:
    """What the analyst is lent of the asset directory."""

    def __init__(self, mentions: AssetMentions, directory: AssetDirectory) -> None:
        self._mentions = mentions
        self._directory = directory

    def find(self, text: str) -> Sequence[Mention]:
        return self._mentions.find(text)

    def facts(self, asset_id: int | str) -> Asset | None:
        return self._directory.by_id(int(asset_id))


def _market_options(settings: Settings) -> MarketOptions:
    return MarketOptions(
        mode=settings.data,
        simulated_seed=settings.simulated_seed,
        simulated_coins=settings.simulated_coins,
        patience_seconds=settings.source_patience_seconds,
        sources_off=settings.sources_off,
        addresses=settings.source_addresses,
        proxy=settings.proxy,
        variables=settings.variables,
    )


@contextmanager
def open_keys(settings: Settings) -> Iterator[DatabaseKeyStore]:
    """The key store of a data folder, for commands."""
    database = open_database(settings)
    try:
        yield DatabaseKeyStore(database)
    finally:
        database.close()


@contextmanager
def open_ledger(settings: Settings) -> Iterator[Database]:
    """The database of a data folder, for commands about its ledger."""
    database = open_database(settings)
    try:
        yield database
    finally:
        database.close()


def open_market(settings: Settings, database: Database) -> Market:
    """The market data of an open database, for commands that need nothing else of the product."""
    return Market(_market_options(settings), database, SystemClock())
