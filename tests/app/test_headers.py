"""What is added to answers, and what is left as it is."""

from __future__ import annotations

from typing import Any

import pytest

from cryptodesk.app.headers import HSTS, STANDARD_HEADERS, secure_headers
from tests.dialects.support import Client

Headers = list[tuple[bytes, bytes]]


async def sent(headers: Headers | None, *, behind_tls: bool = False, kind: str = "http") -> list[Any]:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        start: dict[str, Any] = {"type": "http.response.start", "status": 200}
        await send(start if headers is None else {**start, "headers": headers})
        await send({"type": "http.response.body", "body": b"x"})

    found: list[Any] = []

    async def send(message: Any) -> None:
        found.append(message)

    async def receive() -> Any:
        raise AssertionError("nothing is read")

    await secure_headers(app, behind_tls=behind_tls)({**Client.scope("GET", "/"), "type": kind}, receive, send)
    return found


async def headers_of(headers: Headers | None, **more: Any) -> Headers:
    return list((await sent(headers, **more))[0]["headers"])


async def test_an_answer_without_headers_has_the_standard_ones_and_is_not_stored() -> None:
    assert await headers_of(None) == [*STANDARD_HEADERS, (b"cache-control", b"no-store")]


@pytest.mark.parametrize(
    ("said", "becomes"),
    [(b"no-cache", b"no-cache, no-store"), (b"no-cache, no-transform", b"no-cache, no-transform, no-store"),
     (b"no-store", b"no-store"), (b"public, max-age=60", b"public, max-age=60, no-store")],
)  # fmt: skip
async def test_no_answer_of_the_interface_is_stored_on_its_way(said: bytes, becomes: bytes) -> None:
    found = await headers_of([(b"cache-control", said)])
    assert [value for name, value in found if name == b"cache-control"] == [becomes]


async def test_a_page_keeps_what_it_says_itself_and_how_long_it_lasts() -> None:
    own: Headers = [
        (b"content-security-policy", b"default-src 'self'"),
        (b"cache-control", b"public, max-age=60"),
        (b"x-frame-options", b"SAMEORIGIN"),
    ]
    found = await headers_of(own)
    assert found[:3] == own
    assert len(found) == len({name for name, _ in found}) == 3 + len(STANDARD_HEADERS) - 2


async def test_the_message_is_left_alone_because_others_have_kept_it() -> None:
    kept: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        kept.append({"type": "http.response.start", "status": 200, "headers": [(b"cache-control", b"no-cache")]})
        await send(kept[0])

    async def nothing(*_: Any) -> None:
        """Takes whatever comes."""

    await secure_headers(app)(Client.scope("GET", "/"), nothing, nothing)  # type: ignore[arg-type]
    assert kept[0]["headers"] == [(b"cache-control", b"no-cache")]


async def test_tls_is_insisted_on_where_the_operator_said_so_and_nowhere_else() -> None:
    assert HSTS in await headers_of([], behind_tls=True)
    assert HSTS not in await headers_of([])


async def test_what_is_no_answer_passes_as_it_is() -> None:
    assert "headers" not in (await sent(None, kind="lifespan"))[0]
