"""Runs the product as a user would: `cryptodesk serve` in a process of its own, on a free port, in an empty home."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["KEY", "RunningServer", "running_server"]

KEY = "cd_test-key-of-the-suite-0123456789abcdef"
_START_SECONDS = 60


class RunningServer:
    def __init__(self, process: subprocess.Popen[str], url: str, lines: list[str], home: Path) -> None:
        self.process = process
        self.url = url
        self.lines = lines
        self.home = home

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def environment(home: Path, **extra: str) -> dict[str, str]:
    """The caller's environment without anything that could configure the product, plus `extra`. Market data come from
    the store alone: a test that asked the world would find another one each day."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CRYPTODESK_") and not k.endswith("_API_KEY")}
    kept.pop("PORT", None)
    own = {"HOME": str(home), "CRYPTODESK_HOME": str(home / "desk"), "CRYPTODESK_DATA": "snapshot"}
    return {**kept, **own, "PYTHONUNBUFFERED": "1", **extra}


@contextmanager
def running_server(home: Path, *arguments: str, **extra: str) -> Iterator[RunningServer]:
    """Started when it says where it listens; ended with SIGTERM."""
    env = environment(home, **{"CRYPTODESK_PORT": "0", "CRYPTODESK_BOOTSTRAP_KEY": KEY, **extra})
    process = subprocess.Popen(
        [sys.executable, "-m", "cryptodesk", "serve", *arguments],
        env={k: v for k, v in env.items() if v},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: list[str] = []
    listening = threading.Event()
    found: list[str] = []

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if match := re.search(r"listening on (http://\S+)", line):
                found.append(match[1])
                listening.set()
        listening.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        assert listening.wait(_START_SECONDS), f"no address within {_START_SECONDS} s: {lines}"
        assert found, f"the server ended early: {lines}"
        yield RunningServer(process, found[0], lines, home)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        reader.join(5)
        if process.stdout is not None:
            process.stdout.close()
