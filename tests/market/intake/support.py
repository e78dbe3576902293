"""A hand-made wheel with the member of a bundle, and a server of files that can break off."""

from __future__ import annotations

import hashlib
import json
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from backports import zstd

from cryptodesk.market.intake.bundles import Bundle
from cryptodesk.market.records import CoinListing

__all__ = ["FileServer", "bundle_of", "entry", "make_wheel", "serve_files"]

MEMBER = "tradingstrategy/data_bundles/coingecko.json.zstd"


def entry(name: str, rank: int = 1, **changes: Any) -> dict[str, Any]:
    """A coin in the file's own form, with more fields than are read."""
    market = {
        "current_price": 100.0 / rank,
        "market_cap": 1e9 / rank,
        "market_cap_rank": rank,
        "total_volume": 5e6,
        "circulating_supply": 1e7,
        "ath": 200,
        "ath_date": "2024-01-20T09:11:54.494Z",
        "roi": None,
        "price_change_percentage_24h": 2.0,
        "last_updated": "2025-02-14T20:03:03.239Z",
    }
    metadata = {
        "asset_platform_id": None,
        "platforms": {"": ""},
        "categories": ["Layer 1 (L1)", None],
        "description": {"en": f"About {name}.\u200b\x00 See it.", "de": "x"},
        "links": {"homepage": ["https://example.org", "", "javascript:alert(1)"], "twitter_screen_name": name},
        "image": {"large": "https://example.org/a.png"},
        "genesis_date": "2009-01-03",
        "market_data": {
            "price_change_percentage_7d": 1.5,
            "max_supply_infinite": False,
            "price_change_percentage_1h_in_currency": {"usd": -0.5},
            "total_value_locked": {"usd": 12.0, "btc": 1.0},
        },
        "tickers": [ticker("Bybit", "bybit_spot", 100.0)],
        "last_updated": "2025-02-14T20:23:09.175Z",
    }
    market |= changes.pop("market", {})
    metadata |= changes.pop("metadata", {})
    return {"id": {"id": name, "symbol": name[:3], "name": name.title()}, "market_cap": market, "metadata": metadata}


def ticker(name: str, identifier: str, volume: float | None, **changes: Any) -> dict[str, Any]:
    market = {"name": name, "identifier": identifier, "has_trading_incentive": False}
    return {
        "base": "BTC",
        "target": "USDT",
        "market": market,
        "converted_volume": {"usd": volume},
        "is_anomaly": False,
        "is_stale": False,
        **changes,
    }


def make_wheel(path: Path, content: bytes | list[dict[str, Any]], *, packed: bytes | None = None) -> Path:
    if not isinstance(content, bytes):
        content = json.dumps(content).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tradingstrategy/__init__.py", "raise SystemExit('the package must not be imported')")
        archive.writestr(MEMBER, zstd.compress(content) if packed is None else packed)
    return path


def bundle_of(wheel: Path, **changes: Any) -> Bundle:
    known: dict[str, Any] = {
        "name": "coins",
        "package": "trading-strategy",
        "version": "0.28",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "member": MEMBER,
        "source": "coins_record",
        "recorded_on": date(2025, 2, 14),
        "size_bytes": 1,
        "adds": "coins",
        "kinds": (CoinListing,),
        "terms": ("terms",),
    }
    return Bundle(**{**known, **changes})


class FileServer(ThreadingHTTPServer):
    """Serves `files` by path. Of the first `breaks` answers only half is sent; with `stall` set, an answer stops after
    half and waits until it is told to go on. `ranges` are the ranges that were asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, bytes] = {}
        self.breaks = 0
        self.stall = False
        self.honours_ranges = True
        self.ranges: list[str | None] = []
        self.half_sent = threading.Event()
        self.go_on = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_: Any) -> None:
        pass  # a client that was killed


class _Handler(BaseHTTPRequestHandler):
    server: FileServer

    def do_GET(self) -> None:
        content = self.server.files.get(self.path)
        if content is None:
            self.send_error(404)
            return
        asked = self.headers.get("Range")
        self.server.ranges.append(asked)
        begin = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.server.honours_ranges else 0
        if begin >= len(content):
            self.send_error(416)
            return
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - begin))
        self.end_headers()
        self._send(content[begin:])

    def _send(self, content: bytes) -> None:
        server = self.server
        half = len(content) // 2
        if server.breaks:
            server.breaks -= 1
            self.wfile.write(content[:half])
            self.close_connection = True
            return
        self.wfile.write(content[:half])
        self.wfile.flush()
        if server.stall:
            server.half_sent.set()
            server.go_on.wait(30)
        self.wfile.write(content[half:])

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serve_files() -> Iterator[FileServer]:
    server = FileServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.go_on.set()
        server.shutdown()
        server.server_close()
        thread.join()
