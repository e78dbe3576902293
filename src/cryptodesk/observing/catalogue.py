"""Every number that a desk tells an operator: its name, its kind, its labels and what it says.

No label holds what a caller wrote or who the caller is; the number of label sets of each metric is bounded.
Source: Prometheus, "Metric and label naming"; base units are seconds and bytes, and counters end in `_total`.
"""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

from cryptodesk.storage.groups import GROUP_SIZE_BOUNDS

__all__ = ["METRICS", "Metric", "metric"]

Kind = Literal["counter", "gauge", "histogram"]

_RUN_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
_COMMIT_SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)


class Metric(Struct, frozen=True):
    """`buckets` are upper bounds of a histogram, without the infinite one. `is_shared` marks what the whole database
    has in common, which every process would tell alike; anything else is added up over processes."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    is_shared: bool = False

    @property
    def slots(self) -> int:
        """How many numbers one label set takes: of a histogram each bucket, the infinite one and the sum."""
        return len(self.buckets) + 2 if self.kind == "histogram" else 1


def _counter(name: str, text: str, *labels: str) -> Metric:
    return Metric(f"cryptodesk_{name}_total", "counter", text, labels)


def _gauge(name: str, text: str, *labels: str, is_shared: bool = False) -> Metric:
    return Metric(f"cryptodesk_{name}", "gauge", text, labels, is_shared=is_shared)


def _histogram(name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Metric:
    return Metric(f"cryptodesk_{name}", "histogram", text, labels, buckets)


_ALL = (
    _counter("runs", "Runs that ended.", "dialect", "model", "outcome", "code"),
    _histogram("run_duration_seconds", "Time from a run's start to its end.", _RUN_SECONDS, "dialect"),
    _histogram(
        "first_byte_seconds", "Time from a request to the first byte of its streamed body.", _RUN_SECONDS, "dialect"
    ),
    _counter("tokens", "Tokens of runs that ended.", "model", "kind"),
    _counter("amount_usd", "What runs were charged, in USD; those of unknown cost are left out.", "model"),
    _counter("runs_of_unknown_cost", "Runs whose price is not known.", "model"),
    _counter("figures_bound", "Figures of answers that a tool result bears out."),
    _counter("figures_at_fault", "Figures of answers that no tool result bears out.", "finding"),
    _counter("http_responses", "Answers of the dialects' routes.", "status"),
    _gauge("requests_open", "Requests that are being answered, and research jobs that run."),
    _gauge("research_jobs_running", "Research jobs that run."),
    _gauge("streams_open", "Answers that are being streamed."),
    _gauge("runs_under_way", "Runs that have a place in this process."),
    _gauge("runs_waiting", "Runs that wait for a place."),
    _gauge("holds_open", "Holds that this process took and has not given back."),
    _counter("tool_calls", "Calls of built-in tools.", "tool", "outcome"),
    _histogram("tool_duration_seconds", "Time that a call of a built-in tool took.", _RUN_SECONDS, "tool"),
    _counter("provider_calls", "Attempts at providers' models, each by how it ended.", "provider", "outcome"),
    _histogram("provider_first_event_seconds", "Time until a provider said something.", _RUN_SECONDS, "provider"),
    _counter("provider_retries", "Attempts that were made again after a failure.", "provider"),
    _gauge("breaker_state", "Breaker of a model's route: 0 closed, 1 half open, 2 open.", "provider", "model"),
    _counter("source_requests", "Requests sent to a live source.", "source"),
    _counter("source_answers", "Questions to a live source, by what became of them.", "source", "outcome"),
    _counter("document_syncs", "Syncs of a document source, by how they ended.", "source", "outcome"),
    _gauge("source_breaker_state", "Breaker of a live source: 0 closed, 1 half open, 2 open.", "source"),
    _histogram("store_commit_seconds", "Time until what a run wrote was on disk.", _COMMIT_SECONDS),
    _counter("store_commits", "Commits of runs that were asked for, by outcome.", "outcome"),
    _counter("store_transactions", "Transactions of the store: concurrent commits share them."),
    _histogram("store_group_size", "Pieces of work in a transaction of the store.", GROUP_SIZE_BOUNDS),
    _gauge("data_age_seconds", "Age of the newest stored market data.", "kind", "source", is_shared=True),
    _gauge("documents_stored", "Documents in the library.", is_shared=True),
    _gauge("process_resident_bytes", "Memory of a process.", "worker"),
    _gauge("process_start_seconds", "When a process began to serve, in unix seconds.", "worker"),
    _gauge("build", "Always 1; its label is the version.", "version", is_shared=True),
)

METRICS: Final = {found.name: found for found in _ALL}


def metric(name: str) -> Metric:
    """By its name without `cryptodesk_`. Raises: KeyError."""
    return METRICS[f"cryptodesk_{name}"]
