"""The client: connections to one server, kept between requests."""

from __future__ import annotations

import asyncio
import socket
import ssl
from base64 import b64encode
from collections.abc import Awaitable, Mapping, Sequence
from functools import cache

from aiohappyeyeballs import AddrInfoType, start_connection
from multidict import CIMultiDict
from yarl import URL

from cryptodesk.models._http.client.connection import Connection
from cryptodesk.models._http.client.errors import (
    ConnectionFailed,
    ConnectTimeout,
    NameNotFound,
    TlsFailed,
    TransportFailure,
)
from cryptodesk.models._http.client.response import Response

__all__ = ["Client"]

_ADDRESSES_SECONDS = 10.0
_NEXT_ADDRESS_SECONDS = 0.25  # RFC 8305: how long one address is tried alone
# Said by the client itself.
_OWN = ("content-length", "transfer-encoding", "connection")


class Client:
    """For one event loop. Of `origin`, an http(s) address, scheme, host, port and user matter. `headers` were checked
    and go with every request."""

    def __init__(self, origin: URL, headers: Mapping[str, str], connect_seconds: float) -> None:
        self._host = origin.raw_host or ""
        self._port = origin.port or 0
        self._tls = _tls() if origin.scheme == "https" else None
        self._head = _head(origin, headers)
        self._connect_seconds = connect_seconds
        self._idle: list[Connection] = []
        self._open: set[Connection] = set()
        self._addresses: Sequence[AddrInfoType] = []
        self._addresses_until = 0.0
        self._resolving = asyncio.Lock()
        self._is_closed = False

    def post(self, target: str, body: bytes, first_byte_seconds: float, extra: str = "") -> Awaitable[Response]:
        """`target` is path and query, `extra` more lines of headers, each with its end. Raises: TransportFailure."""
        head = f"POST {target} HTTP/1.1\r\n{self._head}{extra}Content-Length: {len(body)}\r\n\r\n"
        request = head.encode("ascii") + body
        kept = self._kept()
        return self._ask_anew(request, first_byte_seconds) if kept is None else kept.ask(request, first_byte_seconds)

    def close(self) -> None:
        """Cuts every connection, whatever is asked over it."""
        self._is_closed = True
        for connection in list(self._open):
            connection.abort()

    def _kept(self) -> Connection | None:
        """The one used last: those that a smaller load leaves over grow old and are closed."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open:
                return connection
        return None

    async def _ask_anew(self, request: bytes, first_byte_seconds: float) -> Response:
        return await (await self._connect()).ask(request, first_byte_seconds)

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._connect_seconds):
                opened = await start_connection(await self._resolve(), happy_eyeballs_delay=_NEXT_ADDRESS_SECONDS)
                # From here on the socket is the loop's: closed by anybody else, its number would be another's too soon.
                _, connection = await loop.create_connection(
                    lambda: Connection(self._idle.append, self._forget),
                    sock=opened,
                    ssl=self._tls,
                    server_hostname=self._host.rstrip(".") if self._tls is not None else None,
                )
        except TimeoutError:
            failure: type[TransportFailure] = ConnectTimeout
        except (socket.gaierror, UnicodeError):  # the latter of a label that is too long
            failure = NameNotFound
        except ssl.SSLError:
            failure = TlsFailed
        except OSError:
            failure = ConnectionFailed
        else:
            self._open.add(connection)
            if self._is_closed:
                connection.abort()
            return connection
        raise failure

    async def _resolve(self) -> Sequence[AddrInfoType]:
        """Of requests that want to connect at once, one asks."""
        loop = asyncio.get_running_loop()
        async with self._resolving:
            if loop.time() >= self._addresses_until:
                self._addresses = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
                self._addresses_until = loop.time() + _ADDRESSES_SECONDS
            return self._addresses

    def _forget(self, connection: Connection) -> None:
        self._open.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)


def _head(origin: URL, headers: Mapping[str, str]) -> str:
    """The lines of every request but the first and the length."""
    lines = CIMultiDict({"Host": origin.host_port_subcomponent or ""})
    if origin.user is not None or origin.password is not None:
        credentials = f"{origin.user or ''}:{origin.password or ''}"
        lines["Authorization"] = f"Basic {b64encode(credentials.encode()).decode()}"
    lines.update({name: value for name, value in headers.items() if name.lower() not in _OWN})
    return "".join(f"{name}: {value}\r\n" for name, value in lines.items())


@cache
def _tls() -> ssl.SSLContext:
    """One for all: reading the system's certificates takes some 20 ms."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
