"""One subscription brought up to date: fetched, prepared, kept batch by batch, and how it went written down.

The state that says where to go on is written after the last batch. A sync that is broken off is therefore repeated,
and what it had kept is found unchanged."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct, structs
from yarl import URL

from cryptodesk.core.clock import Clock
from cryptodesk.core.errors import CryptodeskError, UpstreamRateLimited, UpstreamUnavailable
from cryptodesk.documents.cleaning import clean_line
from cryptodesk.documents.fetching import FetchPolicy, PageFailed
from cryptodesk.documents.intake.identity import identity_problem
from cryptodesk.documents.intake.preparing import FindAssets, Origin, document_id, prepare
from cryptodesk.documents.intake.subscribing import SOURCES
from cryptodesk.documents.sources._source import FetchContext, Fetched, Pages, Source
from cryptodesk.documents.store.documents import DocumentStore
from cryptodesk.documents.store.records import Attempt, Problem, Subscription
from cryptodesk.documents.store.subscriptions import SubscriptionStore

__all__ = ["Progress", "SyncOptions", "Synced", "Syncer"]

log = logging.getLogger("cryptodesk.documents")

_BATCH = 50
_LONGEST_BACKOFF_SECONDS = 86_400.0
_MOST_PROBLEMS = 50
_MOST_ERROR = 300

Progress = Callable[[str, int, int | None], None]


class SyncOptions(Struct, frozen=True):
    """What an operator set: keys by their variable's name, other base addresses and sources that are off, by source."""

    credentials: Mapping[str, str] = {}
    base_urls: Mapping[str, str] = {}
    sources_off: Sequence[str] = ()


class Synced(Struct, frozen=True, kw_only=True):
    """What a sync brought. `error` says why it brought nothing, or not all."""

    subscription_id: int
    title: str
    added: int = 0
    revised: int = 0
    unchanged: int = 0
    duplicates: int = 0
    removed: int = 0
    problems: tuple[Problem, ...] = ()
    error: str | None = None

    @property
    def has_changed(self) -> bool:
        return bool(self.added or self.revised or self.removed)


class Syncer:
    """`find_assets` is lent by whoever knows assets; it runs in a thread. `outcomes` counts syncs by source and by how
    they ended, "synced" or "failed"."""

    def __init__(
        self,
        documents: DocumentStore,
        subscriptions: SubscriptionStore,
        pages: Pages,
        clock: Clock,
        *,
        find_assets: FindAssets | None = None,
        options: SyncOptions | None = None,
        sources: Mapping[str, Source] = SOURCES,
    ) -> None:
        self._documents = documents
        self._subscriptions = subscriptions
        self._pages = pages
        self._clock = clock
        self._find_assets = find_assets
        self._options = options or SyncOptions()
        self._sources = sources
        self._running: dict[int, asyncio.Lock] = {}
        self.outcomes: Counter[tuple[str, str]] = Counter()

    async def sync(self, subscription: Subscription, report: Progress = lambda *_: None) -> Synced:
        """Never raises for what a source does; what goes wrong is in the result and in the status.

        Raises: InternalError for a failing database."""
        async with self._running.setdefault(subscription.subscription_id, asyncio.Lock()):
            # It may have been synced, or removed, while this one waited.
            current = await self._subscriptions.get(subscription.subscription_id)
            if current is None:
                gone = subscription.subscription_id
                return Synced(subscription_id=gone, title=subscription.title, error="was removed meanwhile")
            synced = await self._sync(current, report)
            self.outcomes[current.source, "synced" if synced.error is None else "failed"] += 1
            return synced

    async def _sync(self, subscription: Subscription, report: Progress) -> Synced:
        try:
            source = await self._source(subscription)
            fetched = await source.fetch(subscription, self._context(source, subscription))
        except CryptodeskError as error:
            return await self._failed(subscription, error.message, error)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            # The answer of one source must not stop the others, whatever is in it.
            log.exception("%s could not be read", subscription.address)
            return await self._failed(subscription, f"its answer could not be read ({type(error).__name__})", None)
        changed = identity_problem(subscription, fetched.identity)
        if changed is not None:
            return await self._failed(subscription, changed, None)
        return await self._keep(subscription, source, fetched, report)

    async def _source(self, subscription: Subscription) -> Source:
        source = self._sources.get(subscription.source)
        if source is None or source.name in self._options.sources_off:
            raise UpstreamUnavailable(f"the source {subscription.source} is off", upstream=subscription.source)
        spent = await self._subscriptions.spent(self._today(), source.name)
        if source.per_day is not None and spent >= source.per_day:
            raise UpstreamRateLimited(
                f"{source.name}: the day's budget of {source.per_day} syncs is used up until 00:00 UTC",
                upstream=source.name,
            )
        return source

    def _context(self, source: Source, subscription: Subscription) -> FetchContext:
        base_url, keys = self._options.base_urls.get(source.name), self._options.credentials
        is_inside = subscription.options.get("inside") == "yes" and "://" in subscription.address
        named = [base_url, subscription.address if is_inside else None]
        trusted = frozenset(str(URL(address).origin()) for address in named if address)

        def widen(policy: FetchPolicy) -> FetchPolicy:
            return structs.replace(policy, trusted=policy.trusted | trusted) if trusted else policy

        return FetchContext(
            pages=self._pages,
            now=self._clock.now(),
            credentials={name: keys[name] for name in source.credentials if name in keys},
            base_url=base_url.rstrip("/") if base_url else None,
            policy=widen,
        )

    async def _keep(self, subscription: Subscription, source: Source, fetched: Fetched, report: Progress) -> Synced:
        origin = Origin.of(subscription, source.document_type, is_local=source.is_local)
        problems, counts, now = list(fetched.problems), Counter[str](), self._clock.now()
        kept: set[str] = set()
        raw = [] if fetched.is_unchanged else list(fetched.documents)
        for begin in range(0, len(raw), _BATCH):
            batch = raw[begin : begin + _BATCH]
            prepared = await asyncio.to_thread(prepare, batch, origin, now, self._find_assets)
            saved = await self._documents.save(prepared.documents, subscription.subscription_id)
            problems += prepared.problems
            counts += saved.counts()
            kept |= {kept_id for kept_id, _, _ in saved.outcomes}
            report(subscription.title, min(begin + _BATCH, len(raw)), len(raw))
        if fetched.is_complete and not fetched.is_unchanged:
            counts["removed"] = await self._retract(subscription, origin, fetched, kept, now)
        synced = Synced(
            subscription_id=subscription.subscription_id,
            title=clean_line(fetched.title, 120) if fetched.title else subscription.title,
            added=counts["added"],
            revised=counts["revised"],
            unchanged=counts["unchanged"],
            duplicates=counts["duplicate"],
            removed=counts["removed"],
            problems=_shown(problems),
        )
        await self._succeeded(subscription, source, fetched, synced)
        return synced

    async def _retract(
        self, subscription: Subscription, origin: Origin, fetched: Fetched, kept: set[str], now: datetime
    ) -> int:
        still = kept | {document_id(origin, key, None) for key in fetched.kept}
        gone = await self._documents.ids_of(subscription.subscription_id) - still
        return await self._documents.retract(gone, subscription.subscription_id, now)

    async def _succeeded(self, subscription: Subscription, source: Source, fetched: Fetched, synced: Synced) -> None:
        now = self._clock.now()
        if not source.is_local:
            await self._subscriptions.spend(self._today(), source.name, 1)
        attempt = Attempt(
            at=now,
            due_at=now + timedelta(seconds=subscription.interval_seconds),
            state=fetched.state,
            identity=fetched.identity,
            title=synced.title,
            problems=None if fetched.is_unchanged else synced.problems,
        )
        await self._subscriptions.record(subscription.subscription_id, attempt)

    async def _failed(self, subscription: Subscription, message: str, error: CryptodeskError | None) -> Synced:
        now, words = self._clock.now(), clean_line(message, _MOST_ERROR)
        failures = subscription.failures + 1
        is_gone = isinstance(error, PageFailed) and error.is_gone
        pause = _pause_seconds(subscription, failures, error)
        if isinstance(error, PageFailed):
            await self._subscriptions.spend(self._today(), subscription.source, 1)
        attempt = Attempt(
            at=now,
            due_at=now + timedelta(seconds=pause),
            state=subscription.state,
            error=words,
            failures=failures,
            is_enabled=not is_gone,
        )
        await self._subscriptions.record(subscription.subscription_id, attempt)
        return Synced(subscription_id=subscription.subscription_id, title=subscription.title, error=words)

    def _today(self) -> str:
        return self._clock.now().date().isoformat()


def _pause_seconds(subscription: Subscription, failures: int, error: CryptodeskError | None) -> float:
    """Twice as long after each failure, up to a day; never shorter than the server asked for."""
    doubled = subscription.interval_seconds * 2.0 ** min(failures - 1, 16)
    asked = error.retry_after_seconds if isinstance(error, PageFailed) else None
    return max(min(doubled, max(_LONGEST_BACKOFF_SECONDS, subscription.interval_seconds)), asked or 0.0)


def _shown(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    shown = tuple(
        Problem(clean_line(problem.item, 120), clean_line(problem.reason, 240)) for problem in problems[:_MOST_PROBLEMS]
    )
    left = len(problems) - len(shown)
    return (*shown[:-1], Problem("others", f"{left + 1:,} more problems")) if left else shown
