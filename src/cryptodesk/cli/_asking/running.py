"""Follows one answer: shows it as it comes and folds it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress

from cryptodesk.cli._report import Report
from cryptodesk.core.events import RunEvent, RunFold

__all__ = ["in_order", "shown"]


@contextmanager
def in_order(report: Report | None) -> Iterator[None]:
    """Whatever ends an answer early, from the moment its report is open, leaves the terminal in order."""
    try:
        yield
    except BaseException:
        # The reader of a pipe may be the reason, so that nothing more can be said to it.
        with suppress(OSError):
            if report is not None:
                report.abandon()
        raise


async def shown(run: AsyncIterator[list[RunEvent]], report: Report | None) -> RunFold:
    fold = RunFold()
    async for batch in run:
        for event in batch:
            fold.add(event)
            if report is not None:
                report.show(event)
    if report is not None:
        report.finish(fold)
    return fold
