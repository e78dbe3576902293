"""`python -m bench.profile [mode]`: the product under cProfile and load, and the functions that took most."""

from __future__ import annotations

import pstats
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from msgspec.structs import replace

from bench.machine import choose_cores
from bench.native import BenchError, build, start_mock
from bench.servers import start_server
from bench.targets import MODES, PRODUCT, Launch, Mode, Place

__all__ = ["main"]

SECONDS = 5.0
SHOWN = 45


def profile(mode: Mode) -> pstats.Stats:
    """Raises: BenchError."""
    cores, binaries = choose_cores(), build()
    with tempfile.TemporaryDirectory(prefix="bench-profile-") as name:
        scratch = Path(name)
        out = scratch / "profile"

        def launch(place: Place) -> Launch:
            assert PRODUCT.launch is not None
            plain = PRODUCT.launch(place)
            python, *rest = plain.command
            return Launch([python, "-m", "cProfile", "-o", str(out), *rest], plain.env)

        mock, port = start_mock(binaries, cores, scratch / "mock.log")
        try:
            server = start_server(replace(PRODUCT, launch=launch), f"http://127.0.0.1:{port}/v1", cores, scratch)
            try:
                command = server.command(binaries, mode, connections=16, warm_seconds=0.3, seconds=SECONDS)
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=60)
                assert server.group is not None
                # Only an interrupt, and not a termination, lets the profiler write its file.
                server.group.process.send_signal(signal.SIGINT)
                server.group.process.wait(timeout=20)
            finally:
                server.stop()
        finally:
            mock.stop()
        if not out.exists():
            raise BenchError("the product ended without a profile")
        return pstats.Stats(str(out))


def main() -> int:
    name = sys.argv[1] if len(sys.argv) > 1 else "buffered"
    if name not in MODES:
        print(f"bench.profile: the mode is one of {', '.join(MODES)}, got {name!r}", file=sys.stderr)
        return 2
    try:
        profile(MODES[name]).sort_stats("tottime").print_stats(SHOWN)
    except BenchError as error:
        print(f"bench.profile: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
