"""What a response hands on to what it came over, and how often."""

from __future__ import annotations

from cryptodesk.models._http.client.response import Response


class Body:
    """Reads that are given, and every word said to it."""

    def __init__(self, *reads: bytes) -> None:
        self.reads = list(reads)
        self.said: list[object] = []

    @property
    def is_read(self) -> bool:
        return not self.reads

    async def read_any(self) -> bytes:
        return self.reads.pop(0) if self.reads else b""

    def limit_silence(self, seconds: float) -> None:
        self.said.append(seconds)

    def end(self) -> None:
        self.said.append("end")


async def test_a_response_is_read_through_its_body() -> None:
    response = Response(200, {"a": "b"}, Body(b"1", b"2"))
    assert (response.status, response.headers) == (200, {"a": "b"})
    assert not response.is_read
    assert [await response.read_any() for _ in range(3)] == [b"1", b"2", b""]
    assert response.is_read


def test_a_response_ends_its_body_once_however_often_it_is_closed() -> None:
    body = Body(b"1")
    response = Response(200, {}, body)
    assert not response.is_closed
    response.close()
    response.close()
    assert response.is_closed
    assert body.said == ["end"]


def test_a_limit_is_the_bodys() -> None:
    body = Body()
    Response(200, {}, body).limit_silence(5.0)
    assert body.said == [5.0]
