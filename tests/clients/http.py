"""A plain HTTP client for tests against the running server: one request, status, headers and body."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from tests.clients.server import KEY

__all__ = ["BUILT_INS", "post", "post_json", "user"]

CHAT = "/v1/chat/completions"
BUILT_INS = [{"function": {"name": "cmc_id_lookup"}}, {"function": {"name": "cmc_market_data"}}]


def user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def post(url: str, body: bytes, *, path: str = CHAT, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Raises: OSError or http.client.HTTPException when the server is gone."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    sent = {"Content-Type": "application/json", "X-CMC_PRO_API_KEY": KEY, **headers}
    try:
        connection.request("POST", path, body, sent)
        response = connection.getresponse()
        return response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
    finally:
        connection.close()


def post_json(url: str, **body: Any) -> tuple[int, dict[str, Any]]:
    status, _, answer = post(url, json.dumps(body).encode())
    return status, json.loads(answer)
