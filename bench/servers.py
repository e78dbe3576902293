"""A target that runs: started, waited for, asked, stopped."""

from __future__ import annotations

import http.client
import socket
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.machine import Cores, ProcessGroup, spawn
from bench.native import END_MARK, BenchError, load_command
from bench.targets import CHUNKS, MODES, Launch, Mode, Place, Target, request_body

__all__ = ["Server", "free_port", "header_mapping", "last_lines", "post", "start_server", "wait_for_answer"]


class Server:
    """`group` is None for the mock, whose own cost is never counted."""

    def __init__(self, target: Target, place: Place, group: ProcessGroup | None, start_seconds: float | None) -> None:
        self.target = target
        self.place = place
        self.group = group
        self.start_seconds = start_seconds

    @property
    def name(self) -> str:
        return self.target.name

    def command(
        self, binaries: Path, mode: Mode, *, connections: int, warm_seconds: float, seconds: float
    ) -> list[str]:
        """The driver's command line for this server."""
        body = self.place.folder / f"{mode.name}.json"
        body.write_bytes(request_body(self.target, mode))
        return load_command(
            binaries,
            port=self.place.port,
            path=self.target.path,
            body=body,
            headers=self.target.headers(self.place),
            holds=self.target.holds(mode),
            frames=CHUNKS if mode.is_stream else 0,
            connections=connections,
            warm_seconds=warm_seconds,
            seconds=seconds,
        )

    def stop(self) -> None:
        if self.group is not None:
            self.group.stop()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def post(
    port: int, path: str, headers: Mapping[str, str], body: bytes, timeout_seconds: float = 10
) -> tuple[int, bytes]:
    """Status and body. Raises: OSError, http.client.HTTPException."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_seconds)
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def last_lines(log: Path) -> str:
    """What a program said last, as an addition to a message."""
    lines = log.read_text(errors="replace").strip().splitlines()[-3:]
    return "".join(f"\n    {line[-300:]}" for line in lines)


def header_mapping(headers: Sequence[str]) -> dict[str, str]:
    return {name: value.strip() for name, _, value in (header.partition(":") for header in headers)}


def wait_for_answer(
    group: ProcessGroup, port: int, path: str, headers: Sequence[str], body: bytes, holds: bytes, limit_seconds: float
) -> None:
    """Returns at the first 200 whose body has `holds`. Raises: BenchError with the last refusal at the limit."""
    until, last = time.monotonic() + limit_seconds, "nothing listens"
    while time.monotonic() < until:
        if group.process.poll() is not None:
            raise BenchError(f"it ended with status {group.process.returncode} before it answered; last: {last}")
        try:
            status, answer = post(port, path, header_mapping(headers), body)
        except (OSError, http.client.HTTPException) as error:
            last = repr(error)
        else:
            if status == 200 and holds in answer:
                return
            last = f"status {status}: {answer[:300]!r}"
        time.sleep(0.005)
    raise BenchError(f"no good answer within {limit_seconds:g} s; last: {last}")


def start_server(target: Target, upstream: str, cores: Cores, scratch: Path) -> Server:
    """`target` with its first good answer from the mock behind it. Raises: BenchError."""
    assert target.launch is not None
    place = Place(free_port(), upstream, Path(tempfile.mkdtemp(prefix=f"{target.name}-", dir=scratch)))
    launch: Launch = target.launch(place)
    log = scratch / f"{place.folder.name}.log"
    began = time.monotonic()
    group = spawn(launch.command, core=cores.server, log=log, env=launch.env, folder=place.folder)
    try:
        wait_for_answer(
            group,
            place.port,
            target.path,
            target.headers(place),
            request_body(target, MODES["buffered"]),
            END_MARK.encode(),
            target.start_limit_seconds,
        )
    except BaseException as error:
        group.stop()
        if isinstance(error, BenchError):
            raise BenchError(f"{target.name} did not start: {error}{last_lines(log)}") from None
        raise
    return Server(target, place, group, time.monotonic() - began)
