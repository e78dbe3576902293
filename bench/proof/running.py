"""The parts one after the other, each in a folder of its own and within its time."""

from __future__ import annotations

import asyncio
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from subprocess import CalledProcessError, run

import bench.proof.parts
from bench.proof.part import Amount, Effort, Outcome, Part, ProofError
from cryptodesk.core.discover import discover

__all__ = ["ORDER", "Proved", "describe_machine", "load_parts", "prove", "run_part"]

# By what they need of the machine; what is not named here comes last.
ORDER = (
    "kill",
    "restart",
    "disk",
    "database",
    "postgres",
    "clock",
    "limits",
    "slow",
    "upstream",
    "streams",
    "mutate",
    "soak",
)


class Proved:
    """A part, how much of it was run, when and how long, and what came of it."""

    def __init__(self, name: str, part: Part, amount: Amount, seconds: float, outcome: Outcome) -> None:
        self.name = name
        self.part = part
        self.amount = amount
        self.seconds = seconds
        self.outcome = outcome
        self.on = f"{datetime.now(UTC):%Y-%m-%d}"


def load_parts() -> dict[str, Part]:
    """By name, in the order in which they are run."""
    found: dict[str, Part] = discover(bench.proof.parts, "PART")
    return {name: found[name] for name in (*ORDER, *found) if name in found}


def prove(
    parts: Sequence[tuple[str, Part, Amount]], seed: int, say: Callable[[str], None], scratch: Path | None = None
) -> Iterator[Proved]:
    """Each as it is done."""
    for name, part, amount in parts:
        say(f"{name}: {amount.count:,} {part.counts}")
        yield run_part(name, part, amount, seed, say, scratch)


def run_part(
    name: str, part: Part, amount: Amount, seed: int, say: Callable[[str], None], scratch: Path | None = None
) -> Proved:
    """Whatever goes wrong with it is its fault, and never the end of the others."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=f"proof-{name}-", dir=scratch) as folder:
        effort = Effort(amount.count, amount.seconds, Path(folder).resolve(), seed, lambda text: say(f"  {text}"))
        outcome = asyncio.run(_bounded(part, effort, amount.limit_seconds))
    return Proved(name, part, amount, time.monotonic() - began, outcome)


async def _bounded(part: Part, effort: Effort, limit_seconds: float) -> Outcome:
    try:
        async with asyncio.timeout(limit_seconds):
            return await part.run(effort)
    except TimeoutError:
        return Outcome(faults=[f"it took longer than {limit_seconds:g} s"])
    except ProofError as error:
        return Outcome(faults=[str(error)])
    except Exception as error:  # a part that breaks proves nothing, and says so
        return Outcome(faults=[f"the part itself broke: {type(error).__name__}: {error}"])


def describe_machine() -> str:
    """One line: what the figures were measured on."""
    names = [line.partition(":")[2].strip() for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")]
    processor = names[0] if names else platform.processor() or "unknown processor"
    memory = next((line.split()[1] for line in _lines(Path("/proc/meminfo")) if line.startswith("MemTotal")), "")
    gigabytes = f", {int(memory) * 1024 / 1e9:.0f} GB" if memory else ""
    system = f"{platform.system()} {platform.release().partition('-')[0]}"
    load = f", load average {os.getloadavg()[0]:.1f} before" if hasattr(os, "getloadavg") else ""
    version = f"cryptodesk {metadata.version('cryptodesk')}{_commit()}"
    cores = f"{os.cpu_count() or 1} cores"
    return f"{version}, Python {platform.python_version()}, {system}; {processor}, {cores}{gigabytes}{load}"


def _lines(path: Path) -> list[str]:
    return path.read_text(errors="replace").splitlines() if path.exists() else []


def _commit() -> str:
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    try:
        return f" ({run(command, capture_output=True, text=True, check=True).stdout.strip()})"
    except (OSError, CalledProcessError):
        return ""
