"""The means of the proof: a clock that moves, disks that fill up, and processes that are watched."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from bench.proof.clocks import MovableClock, build_shim
from bench.proof.disks import may_mount, remount, small_disk
from bench.proof.part import ProofError
from bench.proof.server import ServerProcess

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the proof is for Linux")

TELL = "import time, datetime; print(time.time(), datetime.datetime.now().timestamp(), time.monotonic())"
WRITER = """
import sys
while sys.stdin.readline():
    try:
        with open(sys.argv[1], "ab", buffering=0) as file:
            print(file.write(b"x" * 1000), flush=True)
    except OSError as error:
        print(type(error).__name__, flush=True)
"""


def clocks_of_a_child(clock: MovableClock) -> tuple[float, ...]:
    command = [sys.executable, "-S", "-c", TELL]
    told = subprocess.run(command, env=clock.environment, capture_output=True, text=True, check=True).stdout
    return tuple(map(float, told.split()))


@pytest.mark.parametrize("ahead_seconds", [0.0, 86_400.0, -3_600.5])
def test_the_wall_clock_moves_and_the_others_do_not(tmp_path: Path, ahead_seconds: float) -> None:
    library = build_shim(tmp_path)
    if isinstance(library, str):
        pytest.skip(library)
    clock = MovableClock(tmp_path, library)
    clock.put(ahead_seconds)
    assert clock.ahead_seconds == ahead_seconds
    before = (time.time(), time.monotonic())
    wall, also_wall, ticks = clocks_of_a_child(clock)
    after = (time.time(), time.monotonic())
    assert before[0] <= wall - ahead_seconds <= also_wall - ahead_seconds <= after[0]
    assert before[1] <= ticks <= after[1]


@pytest.mark.parametrize("mounts", [True, False])
def test_a_full_disk_takes_nothing_until_it_is_freed(tmp_path: Path, mounts: bool) -> None:
    if mounts and not may_mount(tmp_path):
        pytest.skip("this user may not mount a disk")
    with small_disk(tmp_path, mounts=mounts) as disk:
        command = [sys.executable, "-S", "-c", WRITER, str(disk.folder / "file")]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdin is not None
            assert child.stdout is not None

            def write() -> str:
                child.stdin.write("\n")
                child.stdin.flush()
                return child.stdout.readline().strip()

            assert write() == "1000"
            disk.fill(child.pid)
            # The last page of a file may have room left.
            assert "OSError" in {write() for _ in range(8)}
            disk.free(child.pid)
            assert write() == "1000"
            child.stdin.close()
        assert disk.is_real is mounts
    assert not (tmp_path / "disk" / "home" / "file").exists() or not mounts


def test_a_disk_can_be_made_read_only_and_back(tmp_path: Path) -> None:
    if not may_mount(tmp_path):
        pytest.skip("this user may not mount a disk")
    with small_disk(tmp_path) as disk:
        assert remount(disk.folder.parent, read_only=True)
        with pytest.raises(OSError, match="Read-only"):
            (disk.folder / "file").touch()
        assert remount(disk.folder.parent, read_only=False)
        (disk.folder / "file").touch()
    assert list((tmp_path / "disk").iterdir()) == []


def server_of(tmp_path: Path, program: str) -> ServerProcess:
    return ServerProcess({}, tmp_path / "log", (sys.executable, "-S", "-u", "-c", program))


async def test_a_process_that_says_where_it_listens_serves_until_it_is_stopped(tmp_path: Path) -> None:
    server = server_of(tmp_path, "import time; print('x listening on http://127.0.0.1:4321'); time.sleep(60)")
    assert await server.start() >= 0
    assert server.port == 4321
    assert await server.stop() == -15
    assert server.port is None
    assert server.is_over


async def test_a_process_that_ends_early_is_told_with_its_words(tmp_path: Path) -> None:
    server = server_of(tmp_path, "raise SystemExit('the disk is full')")
    with pytest.raises(ProofError, match="did not begin to serve: the disk is full"):
        await server.start()


async def test_a_process_that_does_not_stop_is_named_and_killed(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('listening on http://x:1'); time.sleep(60)"
    server = server_of(tmp_path, deaf)
    await server.start()
    with pytest.raises(ProofError, match=r"did not end within 0\.05 s"):
        await server.stop(0.05)
    await server.kill()
    assert server.is_over


async def test_exceptions_in_the_log_are_defects(tmp_path: Path) -> None:
    said = '{"level":"error","message":"it broke","exception":"Traceback … ValueError: x"}'
    server = server_of(tmp_path, f"print('fine'); print({said!r})")
    await server.begin()
    await server.ended()
    assert server.defects() == ["the log has: it broke Traceback … ValueError: x"]
