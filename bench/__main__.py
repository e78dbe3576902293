"""`python -m bench`: starts everything, measures, prints the tables, writes bench/results/, stops everything."""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from types import FrameType

import msgspec

from bench import components
from bench.components import Component, Figure, run_components
from bench.goals import check_goals
from bench.machine import Cores, choose_cores
from bench.native import BenchError, build, start_mock
from bench.peers import find_peers
from bench.report import Environment, Results, render
from bench.rounds import Plan, Sample, run_rounds
from bench.servers import Server, start_server
from bench.stages import Memory, Starts, measure_memory, measure_starts
from bench.summary import summarize
from bench.targets import FLOOR, MOCK, MODES, PRODUCT, YARDSTICK, Place, Target
from cryptodesk.core.discover import discover

__all__ = ["main", "parse_options"]

_SETTLE_SECONDS = 4.0

RESULTS = Path(__file__).parent / "results"
PARTS = ("load", "memory", "start", "components")


class Options(msgspec.Struct, frozen=True):
    plan: Plan
    parts: frozenset[str]
    only: frozenset[str]
    floor: bool
    peers: bool
    pin: bool
    streams: int
    start_runs: int
    out: Path | None


def parse_options(arguments: Sequence[str]) -> Options:
    """Raises: SystemExit with a message for wrong ones."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="The product next to a yardstick, in one run.")
    parser.add_argument("--quick", action="store_true", help="one short round: about a minute")
    parser.add_argument("--modes", default=",".join(MODES), help="comma-separated, of: %(default)s")
    parser.add_argument("--conc", default="1,16,64,256", help="connections, comma-separated (default %(default)s)")
    parser.add_argument("--rounds", type=int, help="rounds of all loads (default 3; 1 with --quick)")
    parser.add_argument("--seconds", type=float, help="length of one load (default 1.5; 0.7 with --quick)")
    parser.add_argument(
        "--peers", action="store_true", help="also LiteLLM and Portkey, where LITELLM and PORTKEY name them"
    )
    parser.add_argument("--floor", action="store_true", help="also the yardstick with the two commits of an answer")
    parser.add_argument("--only", default="", help="targets beside the yardstick, comma-separated (default: all)")
    parser.add_argument("--parts", default=",".join(PARTS), help="comma-separated, of: %(default)s")
    parser.add_argument("--streams", type=int, default=200, help="open streams for the memory of one (default 200)")
    parser.add_argument("--no-pin", action="store_true", help="let the kernel choose the cores")
    parser.add_argument("--out", type=Path, help="where the JSON goes (default bench/results/<time>.json)")
    given = parser.parse_args(arguments)
    modes, parts = _words(given.modes), _words(given.parts)
    if unknown := [word for word in modes if word not in MODES] + [word for word in parts if word not in PARTS]:
        parser.error(f"unknown mode or part: {unknown[0]!r}")
    connections = [int(word) if word.isdigit() else 0 for word in _words(given.conc)]
    if not connections or not all(1 <= count <= 1024 for count in (*connections, given.streams)):
        parser.error("connections and streams are whole numbers, 1..1024")
    plan = Plan(
        modes=tuple(MODES[word] for word in modes),
        connections=tuple(connections),
        rounds=max(1, given.rounds if given.rounds is not None else 1 if given.quick else 3),
        warm_seconds=0.25 if given.quick else 0.4,
        seconds=min(60.0, max(0.1, given.seconds or (0.7 if given.quick else 1.5))),
    )
    return Options(
        plan=plan,
        parts=frozenset(parts),
        only=frozenset(_words(given.only)),
        floor=given.floor,
        peers=given.peers,
        pin=not given.no_pin,
        streams=given.streams,
        start_runs=1 if given.quick else 3,
        out=given.out,
    )


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


class Bench:
    """One run. Everything it starts is stopped when its context ends, however it ends."""

    def __init__(self, options: Options, stack: contextlib.ExitStack) -> None:
        self.options = options
        self.notes: list[str] = []
        self.failures: list[str] = []
        self._stack = stack
        self._cores = choose_cores(pin=options.pin)
        self._binaries = build()
        self._scratch = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True))
        )
        mock, self._mock_port = start_mock(self._binaries, self._cores, self._scratch / "mock.log")
        stack.callback(mock.stop)
        if self._cores.driver is None:
            self.notes.append("servers, mock and driver share their cores: rates are lower than the servers can do")
        else:
            stack.callback(os.sched_setaffinity, 0, os.sched_getaffinity(0))
            os.sched_setaffinity(0, {self._cores.driver})

    @property
    def upstream(self) -> str:
        return f"http://127.0.0.1:{self._mock_port}/v1"

    @property
    def cores(self) -> Cores:
        return self._cores

    def targets(self) -> list[Target]:
        """The yardstick always: the ratios need it."""
        found = [YARDSTICK, *([FLOOR] if self.options.floor else []), PRODUCT]
        if self.options.peers:
            peers, missing = find_peers()
            found += peers
            self.notes += missing
        return [
            target
            for target in found
            if target is YARDSTICK or not self.options.only or target.name in self.options.only
        ]

    def memory(self, targets: Sequence[Target]) -> tuple[list[Memory], list[Target]]:
        """Figures, and the targets that could be started at all."""
        found: list[Memory] = []
        for target in targets:
            _tell(f"memory: {target.name}")
            try:
                found.append(
                    measure_memory(
                        target, self.upstream, self._cores, self._binaries, self._scratch, self.options.streams
                    )
                )
            except BenchError as error:
                self._did_not_start(target, error)
        started = {entry.target for entry in found}
        return found, [target for target in targets if target.name in started]

    def load(self, targets: Sequence[Target]) -> list[Sample]:
        servers = [Server(MOCK, Place(self._mock_port, self.upstream, self._folder_for_mock()), None, None)]
        for target in targets:
            try:
                server = start_server(target, self.upstream, self._cores, self._scratch)
            except BenchError as error:
                self._did_not_start(target, error)
                continue
            self._stack.callback(server.stop)
            servers.append(server)
        self._let_settle(servers)
        log = self._scratch / "driver.log"
        samples = list(run_rounds(self.options.plan, servers, self._cores, self._binaries, log, _tell))
        for server in servers:
            server.stop()
        return samples

    @staticmethod
    def _let_settle(servers: Sequence[Server]) -> None:
        """What a server does once after its start, such as reading texts that it ships with into its store, is no cost
        of an answer."""
        time.sleep(_SETTLE_SECONDS)
        for server in servers:
            if server.group is not None:
                server.group.wait_until_idle()

    def _did_not_start(self, target: Target, error: BenchError) -> None:
        (self.notes if target.is_peer else self.failures).append(str(error))

    def _folder_for_mock(self) -> Path:
        folder = self._scratch / "mock"
        folder.mkdir()
        return folder

    def starts(self) -> Starts:
        _tell("start to the first answer")
        if self._cores.driver is not None:
            os.sched_setaffinity(0, {self._cores.driver, self._cores.server or 0})
        starts = measure_starts(self._scratch, self.options.start_runs)
        self.failures += starts.problems
        return starts

    def components(self) -> list[Figure]:
        declared: list[Component] = list(discover(components, "COMPONENT").values())
        if declared:
            _tell("components")
        figures, problems = run_components(declared)
        self.failures += problems
        return figures


def run(options: Options) -> Results:
    with contextlib.ExitStack() as stack:
        load_average = os.getloadavg()[0]
        bench = Bench(options, stack)
        targets = bench.targets()
        memory: list[Memory] = []
        if "memory" in options.parts:
            memory, targets = bench.memory(targets)
        samples = bench.load(targets) if "load" in options.parts else []
        starts = bench.starts() if "start" in options.parts else None
        figures = bench.components() if "components" in options.parts else []
        summary = summarize(samples)
        return Results(
            environment=_environment(options, bench.cores, load_average),
            summary=summary,
            memory=tuple(memory),
            starts=starts,
            figures=tuple(figures),
            goals=tuple(check_goals(summary, memory, starts, figures)),
            notes=tuple(dict.fromkeys(bench.notes)),
            failures=tuple(dict.fromkeys(bench.failures)),
            samples=tuple(samples),
        )


def _environment(options: Options, cores: Cores, load_average: float) -> Environment:
    names = ("cryptodesk", "uvicorn", "uvloop", "httptools", "aiohttp", "msgspec")
    model = [line.partition(":")[2].strip() for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")]
    return Environment(
        began_at=datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
        python=platform.python_version(),
        versions={name: metadata.version(name) for name in names} | _commit(),
        processor=model[0] if model else platform.processor() or "unknown processor",
        cores=os.cpu_count() or 1,
        server_core=cores.server,
        load_average=load_average,
        options={
            "modes": [mode.name for mode in options.plan.modes],
            "connections": options.plan.connections,
            "rounds": options.plan.rounds,
            "seconds": options.plan.seconds,
        },
    )


def _lines(path: Path) -> list[str]:
    return path.read_text(errors="replace").splitlines() if path.exists() else []


def _commit() -> dict[str, str]:
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]
        return {"commit": subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()}
    return {}


def _tell(line: str) -> None:
    print(f"# {line}", file=sys.stderr, flush=True)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every measured goal is met, 3 when one is not, 2 when something could not be measured."""
    options = parse_options(sys.argv[1:] if arguments is None else arguments)
    signal.signal(signal.SIGTERM, _stop)
    try:
        results = run(options)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("bench: stopped", file=sys.stderr)
        return 130
    print(render(results))
    path = options.out or RESULTS / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(results)))
    print(f"\nwritten: {path}")
    if results.failures:
        return 2
    return 3 if any(goal.is_met is False for goal in results.goals) else 0


if __name__ == "__main__":
    sys.exit(main())
