"""The same bytes, read by the client that was there before and by ours."""

from __future__ import annotations

import gzip
import zlib

import aiohttp
import pytest

from tests.models._http.client.asking import LIMIT, Server, asking, body_of, closes, head, keeps, says

# What adapters look at.
LOOKED_AT = ("content-type", "retry-after", "retry-after-ms", "date", "request-id")
PACKER = zlib.compressobj(wbits=-zlib.MAX_WBITS)
ALONE = PACKER.compress(b"hello") + PACKER.flush()


def packed(encoding: str, body: bytes) -> bytes:
    return head(f"Content-Encoding: {encoding}", f"Content-Length: {len(body)}") + body


GOOD = {
    "length": (head("Content-Type: application/json", "Content-Length: 5") + b"hello", keeps),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello", keeps),
    "spaces": (head("content-TYPE:   text/plain; charset=utf-8  ", "Content-Length:5") + b"hello", keeps),
    "tabs": (head("Content-Type:\ttext/plain\t", "Content-Length: 5") + b"hello", keeps),
    "empty value": (head("Content-Type:", "Retry-After: ", "Content-Length: 5") + b"hello", keeps),
    "limited": (
        head("Retry-After: 7", "retry-after-ms: 6900", "Date: Wed, 25 Nov 2026 12:00:00 GMT", "Content-Length: 2",
             status="429 Too Many Requests") + b"no", keeps,
    ),
    "nothing": (head("Content-Length: 0", status="500 Internal Server Error"), keeps),
    "no content": (head("Content-Type: text/plain", status="204 No Content"), keeps),
    "chunked": (head("Transfer-Encoding: chunked") + b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", keeps),
    "chunked, in capitals": (head("TRANSFER-ENCODING: Chunked") + b"A\r\nhellohello\r\n0\r\n\r\n", keeps),
    "extensions": (head("Transfer-Encoding: chunked") + b"5;a=b;c=\"d\"\r\nhello\r\n0;e\r\n\r\n", keeps),
    "spaces after size": (head("Transfer-Encoding: chunked") + b"5  \r\nhello\r\n0\r\n\r\n", keeps),
    "trailers": (
        head("Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\nRetry-After: 5\r\nX-Sum: 1\r\n\r\n", keeps,
    ),
    "until close": (head("Content-Type: text/event-stream") + b"data: 1\n\n", closes),
    "until close, HTTP/1.0": (b"HTTP/1.0 200 OK\r\n\r\nhello", closes),
    "identity": (head("Transfer-Encoding: identity") + b"hello", closes),
    "interim": (head(status="100 Continue") + head(status="103 Y") + head("Content-Length: 2") + b"ok", keeps),
    "line feeds": (b"HTTP/1.1 200 OK\nContent-Type: a/b\nContent-Length: 5\n\nhello", keeps),
    "folded": (head("Content-Type: a/b;", " c=d", "Content-Length: 5") + b"hello", keeps),
    "not ASCII": (head("X-Name: \xc3\xa9\xff", "Content-Length: 5") + b"hello", keeps),
    "lines before": (b"\r\n\r\n" + head("Content-Length: 5") + b"hello", keeps),
    "more after close": (head("Connection: close", "Content-Length: 5") + b"hello", closes),
    "gzip": (packed("gzip", gzip.compress(b"hello")), keeps),
    "gzip, twice": (packed("gzip", gzip.compress(b"hel") + gzip.compress(b"lo")), keeps),
    "gzip of nothing": (packed("gzip", b""), keeps),
    "deflate": (packed("deflate", zlib.compress(b"hello")), keeps),
    "deflate alone": (packed("deflate", ALONE), keeps),
    "named identity": (packed("identity", b"hello"), keeps),
    "named by its characters": (packed("utf-8", b"hello"), keeps),
    "strange status": (head("Content-Length: 2", status="799 Odd") + b"ok", keeps),
}  # fmt: skip


async def read_by_aiohttp(server: Server) -> tuple[int, dict[str, str | None], bytes]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(server.origin + "/", data=b"{}", allow_redirects=False) as response,
    ):
        headers = {name: response.headers.get(name) for name in LOOKED_AT}
        return response.status, headers, await response.read()


@pytest.mark.parametrize(("written", "then"), GOOD.values(), ids=GOOD)
async def test_an_answer_is_what_the_client_before_read(written: bytes, then: object) -> None:
    async with asking(says(written, then)) as (client, server):
        response = await client.post("/", b"{}", LIMIT)
        headers = {name: response.headers.get(name) for name in LOOKED_AT}
        ours = (response.status, headers, await body_of(response))
        assert ours == await read_by_aiohttp(server)
