"""Shares of a core that the kernel holds processes to: servers that have less than they could use can be told apart
from a machine that is full. Linux with control groups that this user may make."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

__all__ = ["QuotaError", "held_to"]

_GROUPS = Path("/sys/fs/cgroup")
# Short, so that nobody stands still for long while others wait for him; the kernel takes no less.
_QUOTA_US = 1_000


_WriteShare: TypeAlias = Callable[[Path, int], None]


class QuotaError(Exception):
    """No shares can be given here; the message says why."""


@contextmanager
def held_to(share: float, leaders: Iterable[int]) -> Iterator[None]:
    """Each process to so much of one core, and whatever it starts from then on. Raises: QuotaError."""
    with contextlib.ExitStack() as stack:
        for leader in leaders:
            stack.enter_context(_group(share, leader))
        yield


@contextmanager
def _group(share: float, leader: int) -> Iterator[None]:
    parent, write_share = _controller()
    group = parent / f"bench-{os.getpid()}-{leader}"
    try:
        group.mkdir()
        try:
            write_share(group, round(_QUOTA_US / share))
            (group / "cgroup.procs").write_text(str(leader))
            yield
        finally:
            with contextlib.suppress(OSError):  # it has ended
                (parent / "cgroup.procs").write_text(str(leader))
            group.rmdir()
    except OSError as error:
        raise QuotaError(f"the kernel gives no shares of a core here: {error}") from error


def _controller() -> tuple[Path, _WriteShare]:
    """The group of this process in whichever hierarchy shares out processors."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, names, path = line.split(":", 2)
        if "cpu" in names.split(","):
            return _GROUPS / "cpu" / path.lstrip("/"), _write_old
        if not names and (_GROUPS / "cgroup.controllers").exists():
            return _GROUPS / path.lstrip("/"), _write_new
    raise QuotaError("the kernel gives no shares of a core here: there is no control group for processors")


def _write_old(group: Path, period_us: int) -> None:
    (group / "cpu.cfs_period_us").write_text(str(period_us))
    (group / "cpu.cfs_quota_us").write_text(str(_QUOTA_US))


def _write_new(group: Path, period_us: int) -> None:
    (group / "cpu.max").write_text(f"{_QUOTA_US} {period_us}")
