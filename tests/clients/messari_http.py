"""Plain HTTP for the Messari routes of a running server, with the standard library alone."""

from __future__ import annotations

import http.client
import json
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.clients.server import KEY, RunningServer

__all__ = ["Answer", "Http", "chat_body"]


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def events(self) -> list[str]:
        """What stands behind `data: ` in each event; everything else must be the blank lines between."""
        text = self.body.decode()
        assert "\r" not in text
        assert text.endswith("\n\n")
        events = [event for event in text.removesuffix("\n\n").split("\n\n") if not event.startswith(":")]
        assert all(event.startswith("data: ") and "\n" not in event for event in events)
        return [event.removeprefix("data: ") for event in events]


class Http:
    """One request a connection, with the key unless another one is given."""

    def __init__(self, server: RunningServer, key: str = KEY) -> None:
        parts = urlsplit(server.url)
        self._host, self._port, self._key = parts.hostname or "", parts.port, key

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, b"", **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.send("POST", path, b"" if body is None else json.dumps(body).encode(), **headers)

    def send(self, method: str, path: str, body: bytes, **headers: str) -> Answer:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=30)
        sent = {"x-messari-api-key": self._key, **{name.replace("_", "-"): value for name, value in headers.items()}}
        try:
            connection.request(method, path, body, {name: value for name, value in sent.items() if value})
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()


def chat_body(question: str, **fields: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": question}], **fields}
