"""Machines with a network between them, on one: network namespaces, joined by cables that can be pulled.

It takes Linux, root and iproute2; `machines` says what is missing."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import pytest

from tests.clients.postgres import Server, start_server

__all__ = ["Database", "Host", "database_on", "joined", "machines"]

P = ParamSpec("P")
T = TypeVar("T")

_NETWORK = 0x40000000  # CLONE_NEWNET
_THREADS = 12


class Host:
    """What is done by `do` happens on this machine: connections go out over its network, and processes that it starts
    live on it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._threads = ThreadPoolExecutor(_THREADS, initializer=self._move)

    def _move(self) -> None:
        """A thread has a network of its own if it wants, and hands it on to what it starts."""
        with Path(f"/run/netns/{self.name}").open() as network:
            if ctypes.CDLL(None, use_errno=True).setns(network.fileno(), _NETWORK) != 0:
                raise OSError(ctypes.get_errno(), f"the network of {self.name} cannot be entered")

    def begin(self, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        return self._threads.submit(act, *args, **kwargs)

    def do(self, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return self.begin(act, *args, **kwargs).result()

    def switch(self, cable: str, state: str) -> None:
        """`down` pulls the cable at this end, `up` puts it back."""
        _ip("-n", self.name, "link", "set", cable, state)

    def close(self) -> None:
        self._threads.shutdown()


class Database:
    """A PostgreSQL that listens on the addresses of its machine; `outside` reaches it beside the network."""

    def __init__(self, server: Server) -> None:
        self._server = server

    @property
    def outside(self) -> str:
        return self._server.dsn()


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"ip {' '.join(words)}: {done.stderr.strip()}")


@contextmanager
def machines(*names: str) -> Iterator[list[Host]]:
    """So many, each alone at first. Skips the test where that cannot be."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("machines are network namespaces: they need Linux, root and iproute2 (ip)")
    with ExitStack() as stack:
        found = []
        for name in names:
            own = f"cd-{os.getpid()}-{name}"
            try:
                _ip("netns", "add", own)
            except OSError as error:
                pytest.skip(f"no network namespace can be made here: {error}")
            stack.callback(_ip, "netns", "delete", own)
            _ip("-n", own, "link", "set", "lo", "up")
            host = Host(own)
            stack.callback(host.close)
            found.append(host)
        yield found


def joined(one: Host, other: Host, cable: str, network: str) -> str:
    """The address of `other` on a cable to `one`; `network` is the beginning of it, such as 10.77.1."""
    try:
        _ip("link", "add", cable, "netns", one.name, "type", "veth", "peer", "name", cable, "netns", other.name)
    except OSError as error:
        pytest.skip(f"no cable can be laid between network namespaces here: {error}")
    for host, last in ((one, 1), (other, 2)):
        _ip("-n", host.name, "address", "add", f"{network}.{last}/24", "dev", cable)
        host.switch(cable, "up")
    return f"{network}.2"


@contextmanager
def database_on(host: Host, *addresses: str) -> Iterator[Database]:
    """An empty PostgreSQL on a machine, for everybody who reaches one of the addresses."""
    try:
        server = start_server(("fsync = off",))
    except ImportError as error:
        pytest.skip(f"there is no PostgreSQL to test with: {error}")
    try:
        host.do(_move_server, server, addresses)
        yield Database(server)
    finally:
        server.stop()


def _move_server(server: Server, addresses: tuple[str, ...]) -> None:
    """Stops it where it was made, and starts it on the machine of whoever asks."""
    handle: Any = server._handle
    server.halt()
    folder: Path = handle.pgdata
    with (folder / "pg_hba.conf").open("a") as file:
        file.writelines(f"host all all {address}/24 trust\n" for address in addresses)
    socket = Path(handle.get_uri().partition("host=")[2])
    # Said on the command line, because so does the package, and that would be the last word.
    options = f"-h {','.join(addresses)} -k {socket}"
    command = ["pg_ctl", "-w", "-o", options, "-l", str(folder / "log"), "-D", str(folder), "start"]
    subprocess.run(
        [str(handle.bin_path / command[0]), *command[1:]],
        user=handle.system_user,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    handle.ensure_postgres_running()  # it finds the one that runs
