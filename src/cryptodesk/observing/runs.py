"""What is counted when a run ends."""

from __future__ import annotations

from cryptodesk.core.ports import RunObserver, RunSummary
from cryptodesk.observing.request import REQUEST
from cryptodesk.observing.tally import Tally

__all__ = ["RunCounter"]


class RunCounter:
    """Counts, then tells `then`."""

    def __init__(self, tally: Tally, then: RunObserver | None = None) -> None:
        self._then = then
        self._runs = tally.meter("runs_total")
        self._durations = tally.meter("run_duration_seconds")
        self._first_bytes = tally.meter("first_byte_seconds")
        self._tokens = tally.meter("tokens_total")
        self._amounts = tally.meter("amount_usd_total")
        self._unknown = tally.meter("runs_of_unknown_cost_total")
        self._bound = tally.meter("figures_bound_total")
        self._figures = tally.meter("figures_at_fault_total")

    def ended(self, summary: RunSummary) -> None:
        model = summary.served_by or summary.model_id if summary.outcome == "finished" else summary.served_by or "none"
        self._runs.add((summary.dialect, model, summary.outcome, summary.code or ""))
        self._durations.observe(max(0.0, summary.duration_ms / 1e3), (summary.dialect,))
        request = REQUEST.get()
        if request is not None and request.first_byte_seconds is not None:
            self._first_bytes.observe(request.first_byte_seconds, (summary.dialect,))
        self._count_usage(summary, model)
        if summary.figures_bound:
            self._bound.add((), summary.figures_bound)
        if summary.figures_contradicted:
            self._figures.add(("contradicted",), summary.figures_contradicted)
        if summary.figures_unbound:
            self._figures.add(("unbound",), summary.figures_unbound)
        if self._then is not None:
            self._then.ended(summary)

    def _count_usage(self, summary: RunSummary, model: str) -> None:
        usage, add = summary.usage, self._tokens.add
        if usage.input_tokens:
            add((model, "input"), usage.input_tokens)
        if usage.output_tokens:
            add((model, "output"), usage.output_tokens)
        if usage.reasoning_tokens:
            add((model, "reasoning"), usage.reasoning_tokens)
        if usage.cache_read_tokens:
            add((model, "cache_read"), usage.cache_read_tokens)
        if usage.cache_write_tokens:
            add((model, "cache_write"), usage.cache_write_tokens)
        if summary.amount_usd.is_nan():
            self._unknown.add((model,))
        elif summary.amount_usd:
            self._amounts.add((model,), float(summary.amount_usd))
