"""Packed bodies, from reads that are given and over a real connection."""

from __future__ import annotations

import gzip
import zlib
from typing import Any

import pytest

from cryptodesk.models._http.client.errors import CutShort, NotHttp, Silence, TransportFailure
from cryptodesk.models._http.client.unpacking import unpacked
from tests.models._http.client.asking import LIMIT, OK, Heard, asking, body_of, head, in_turn, says, waits

MEGABYTE = 1 << 20
TEXT = b'{"price": 1234.5, "symbol": "BTC"}' * 20


def alone(data: bytes) -> bytes:
    """deflate without a head: what the name was taken for."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


GZIPPED = gzip.compress(TEXT, mtime=0)
PACKED = [
    pytest.param("gzip", GZIPPED, id="gzip"),
    pytest.param("x-gzip", GZIPPED, id="x-gzip"),
    pytest.param(" GZIP ", GZIPPED, id="GZIP"),
    pytest.param("deflate", zlib.compress(TEXT), id="deflate"),
    pytest.param("deflate", alone(TEXT), id="deflate alone"),
]


class Packed:
    """Reads that are given, a failure among them raised; the end comes with the last, or after it."""

    def __init__(self, *reads: bytes | type[TransportFailure], ends_late: bool = False) -> None:
        self.reads = list(reads)
        self.ends_late = ends_late
        self.said: list[object] = []

    @property
    def is_read(self) -> bool:
        return not self.reads and not self.ends_late

    async def read_any(self) -> bytes:
        if not self.reads:
            self.ends_late = False
            return b""
        read = self.reads.pop(0)
        if isinstance(read, bytes):
            return read
        raise read

    def limit_silence(self, seconds: float) -> None:
        self.said.append(seconds)

    def end(self) -> None:
        self.said.append("end")


async def pieces(body: Any) -> list[bytes]:
    found = []
    while piece := await body.read_any():
        found.append(piece)
    return found


@pytest.mark.parametrize(("name", "packed"), PACKED)
async def test_a_packed_body_is_unpacked_wherever_it_is_cut(name: str, packed: bytes) -> None:
    assert await pieces(unpacked(Packed(packed), name)) == [TEXT]
    bytewise = [packed[at : at + 1] for at in range(len(packed))]
    assert b"".join(await pieces(unpacked(Packed(*bytewise), name))) == TEXT
    for at in range(1, len(packed)):
        body = unpacked(Packed(packed[:at], packed[at:], ends_late=True), name)
        assert b"".join(await pieces(body)) == TEXT
        assert body.is_read
        assert await body.read_any() == b""


@pytest.mark.parametrize("name", ["", "identity", " Identity", "utf-8", "none", "aws-chunked"])
async def test_what_is_not_packed_is_handed_on_itself(name: str) -> None:
    body = Packed(TEXT)
    assert unpacked(body, name) is body


@pytest.mark.parametrize("name", ["br", "BR ", "zstd", "compress", "x-compress"])
def test_a_packing_that_nobody_asked_for_and_that_is_not_known_is_refused(name: str) -> None:
    with pytest.raises(NotHttp):
        unpacked(Packed(TEXT), name)


async def test_a_stream_is_unpacked_as_it_comes() -> None:
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    reads = [packer.compress(word) + packer.flush(zlib.Z_SYNC_FLUSH) for word in (b"one", b"two")]
    assert await pieces(unpacked(Packed(*reads, packer.flush()), "gzip")) == [b"one", b"two"]


async def test_several_packed_one_after_another_are_one_body() -> None:
    packed = gzip.compress(b"one") + gzip.compress(b"") + gzip.compress(b"two")
    for at in range(1, len(packed)):
        assert b"".join(await pieces(unpacked(Packed(packed[:at], packed[at:]), "gzip"))) == b"onetwo"


async def test_a_body_of_nothing_is_nothing() -> None:
    for name in ("gzip", "deflate"):
        body = unpacked(Packed(), name)
        assert body.is_read
        assert await body.read_any() == b""


@pytest.mark.parametrize(("name", "packed"), PACKED)
async def test_a_packed_body_that_ends_before_its_end_is_cut_short(name: str, packed: bytes) -> None:
    for at in range(1, len(packed)):
        body = unpacked(Packed(packed[:at]), name)
        with pytest.raises(CutShort):
            await pieces(body)
        with pytest.raises(CutShort):
            await body.read_any()


async def test_what_was_unpacked_before_a_failure_is_handed_out_before_it() -> None:
    packer = zlib.compressobj()
    body = unpacked(Packed(packer.compress(TEXT) + packer.flush(zlib.Z_SYNC_FLUSH), Silence), "deflate")
    assert await body.read_any() == TEXT
    with pytest.raises(Silence):
        await body.read_any()


CORRUPT = {
    "not packed": TEXT,
    "head": b"\x1f\x8b\x08" + b"\xff" * 40,
    "sum of gzip": GZIPPED[:-8] + b"\0" * 8,
    "sum of zlib": zlib.compress(TEXT)[:-1] + b"\0",
    "more": GZIPPED + b"more",
}


@pytest.mark.parametrize("corrupt", CORRUPT.values(), ids=CORRUPT)
@pytest.mark.parametrize("name", ["gzip", "deflate"])
async def test_what_is_not_what_it_says_is_no_http(name: str, corrupt: bytes) -> None:
    with pytest.raises(NotHttp):
        await pieces(unpacked(Packed(corrupt), name))


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, alone])
@pytest.mark.parametrize("size", [50 * MEGABYTE, 2 * MEGABYTE, 2 * MEGABYTE - 1, 2 * MEGABYTE + 1])
async def test_a_bomb_goes_off_a_megabyte_at_a_time(pack: Any, size: int) -> None:
    body = unpacked(Packed(pack(bytes(size))), "deflate")
    assert await body.read_any() == bytes(MEGABYTE)
    sizes = [MEGABYTE]
    while piece := await body.read_any():
        sizes.append(len(piece))
        assert body.is_read == (sum(sizes) == size) or piece
    assert max(sizes) == MEGABYTE
    assert sum(sizes) == size
    assert body.is_read


async def test_limit_and_end_are_those_of_what_is_packed() -> None:
    packed = Packed(gzip.compress(TEXT))
    body = unpacked(packed, "gzip")
    body.limit_silence(5.0)
    body.end()
    assert packed.said == [5.0, "end"]


async def test_it_is_read_when_all_is_unpacked() -> None:
    body = unpacked(Packed(gzip.compress(bytes(3 * MEGABYTE // 2))), "gzip")
    assert not body.is_read
    assert len(await body.read_any()) == MEGABYTE
    assert not body.is_read
    assert len(await body.read_any()) == MEGABYTE // 2
    assert body.is_read


# -- over a connection ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "packed"), PACKED)
async def test_a_packed_answer_is_read_and_its_connection_used_again(
    name: str, packed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Heard(monkeypatch)
    lines = (f"Content-Encoding: {name}", f"Content-Length: {len(packed)}")
    bytewise = [packed[at : at + 1] for at in range(len(packed))]
    async with asking(in_turn(heard.says(head(*lines), *bytewise), says(OK))) as (client, server):
        response = await client.post("/", b"{}", LIMIT)
        assert await body_of(response) == TEXT
        assert await body_of(await client.post("/", b"{}", LIMIT)) == b"ok"
        assert server.connections == 1


async def test_a_packed_answer_that_is_not_what_it_says_closes_its_connection() -> None:
    lines = ("Content-Encoding: gzip", "Transfer-Encoding: chunked")
    async with asking(waits(head(*lines) + b"2\r\nok\r\n")) as (client, server):
        response = await client.post("/", b"{}", LIMIT)
        with pytest.raises(NotHttp):
            await body_of(response)
        await server.hung_up.wait()
        assert not client._idle
