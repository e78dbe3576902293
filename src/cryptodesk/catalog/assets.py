"""The shipped identity catalogue: which asset a CoinMarketCap id names, and the public records that confirm it.

`assets.jsonl` holds one record a line (JSON reads much faster than TOML); `assets.toml` names the sources.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import msgspec
from msgspec import Struct

__all__ = [
    "OWN_ID_BASE",
    "SIMULATED_ID_BASE",
    "AssetCatalogError",
    "AssetChangeRecord",
    "AssetRecord",
    "AssetSource",
    "load_asset_sources",
    "load_assets",
    "parse_asset_sources",
    "parse_assets",
]

# Ids below are CoinMarketCap's; from here up they are the desk's own, for assets whose id there was not verified, and
# from the second on they are of assets that exist in a simulated world alone.
OWN_ID_BASE = 1_000_000_000
SIMULATED_ID_BASE = 2_000_000_000

MIN_SOURCES = 2
_MAX_LENGTHS = {"name": 80, "symbol": 24, "slug": 80, "summary": 400}
_MAX_ALIAS = 40

_SLUG = re.compile(r"[a-z0-9]+(?:-+[a-z0-9]+)*")
_SYMBOL = re.compile(r"[^\s]+")
_COINGECKO_ID = re.compile(r"[a-z0-9]+(?:[-_.]+[a-z0-9]+)*-?")
_SUPPLY = re.compile(r"[1-9]\d{0,18}(?:\.\d{1,8})?")
_RATIO = re.compile(r"[1-9]\d{0,8}|0\.\d{1,8}")
_EXCHANGE_SYMBOL = re.compile(r"[A-Z0-9]{2,32}")
_EVM_ADDRESS = re.compile(r"0x[0-9a-f]{40}")
_ADDRESS_FORMS = {
    "arbitrum": _EVM_ADDRESS,
    "base": _EVM_ADDRESS,
    "bnb": _EVM_ADDRESS,
    "ethereum": _EVM_ADDRESS,
    "optimism": _EVM_ADDRESS,
    "polygon": _EVM_ADDRESS,
    "solana": re.compile(r"[1-9A-HJ-NP-Za-km-z]{32,44}"),
}


class AssetCatalogError(ValueError):
    """A shipped identity fact is malformed. The message names the entry, the field and the value."""


class AssetSource(Struct, frozen=True, forbid_unknown_fields=True):
    """One public record that facts were checked against, read on `checked_at`.

    `origin` tells copies apart: two sources of one origin confirm nothing together."""

    where: str
    origin: str
    holds: str
    checked_at: date


class AssetChangeRecord(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Until `on` (a year, month or day) the asset was called `symbol` and `name`, where given. With `asset_id` it was
    another asset then, of the catalogue or of the long tail, which this one replaced; `ratio` is how many new coins
    stand for an old one, None where that is not certain."""

    on: str
    symbol: str | None = None
    name: str | None = None
    asset_id: int | None = None
    ratio: str | None = None


class AssetRecord(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One asset. `asset_id` is the CoinMarketCap id; `verified_by` are keys of `load_asset_sources()`.

    `rank` is the market-cap order recorded by `rank_source`; both are None where no dated record has the asset.
    `is_active` is False for an asset that another one replaced; `successor_id` is that other one.
    `aliases` are names people use, in lower case, beyond name, symbol and slug. `former_symbols` are tickers that the
    asset or the one it replaced had; `changes` are those changes whose date is known, oldest first. `platform` and
    `token_address` come only together; EVM addresses are in lower case. `launched` is a year, a month or a day in ISO
    form. `max_supply` is a decimal number of whole coins fixed by the protocol, None where there is no cap or it is
    not certain.
    """

    asset_id: int
    name: str
    symbol: str
    slug: str
    verified_by: tuple[str, ...]
    verified_at: date
    rank: int | None = None
    rank_source: str | None = None
    is_active: bool = True
    successor_id: int | None = None
    aliases: tuple[str, ...] = ()
    former_symbols: tuple[str, ...] = ()
    changes: tuple[AssetChangeRecord, ...] = ()
    coingecko_id: str | None = None
    platform: str | None = None
    token_address: str | None = None
    launched: str | None = None
    max_supply: str | None = None
    exchange_symbols: dict[str, str] = {}
    summary: str = ""


@cache
def load_assets() -> tuple[AssetRecord, ...]:
    """Every shipped asset by ascending `asset_id`; ids and slugs are unique, symbols may be shared by rivals.

    Raises: AssetCatalogError if a shipped file is malformed."""
    return parse_assets(_read("assets.jsonl"), load_asset_sources())


@cache
def load_asset_sources() -> Mapping[str, AssetSource]:
    """Source key -> the public record behind it.

    Raises: AssetCatalogError if the shipped file is malformed."""
    return MappingProxyType(parse_asset_sources(_read("assets.toml")))


def parse_asset_sources(content: bytes) -> dict[str, AssetSource]:
    """The `[sources.<key>]` tables of a TOML text.

    Raises: AssetCatalogError."""
    try:
        tables = tomllib.loads(content.decode())["sources"]
        return msgspec.convert(tables, dict[str, AssetSource])
    except (KeyError, ValueError, msgspec.ValidationError) as defect:
        raise AssetCatalogError(f"sources: {defect}") from defect


def parse_assets(content: bytes, sources: Mapping[str, AssetSource]) -> tuple[AssetRecord, ...]:
    """The checked records of a JSON-lines text, by ascending `asset_id`. Empty lines are skipped.

    Raises: AssetCatalogError naming the first bad entry."""
    records = sorted(_decode_lines(content), key=lambda record: record.asset_id)
    for record in records:
        for defect in _find_defects(record, sources):
            raise AssetCatalogError(f"asset {record.asset_id} ({record.symbol!r}): {defect}")
    _check_unique("asset_id", records)
    _check_unique("slug", records)
    _check_successors(records)
    return tuple(records)


def _read(filename: str) -> bytes:
    return (files(__package__) / filename).read_bytes()


def _decode_lines(content: bytes) -> Iterator[AssetRecord]:
    decoder = msgspec.json.Decoder(AssetRecord)
    for number, line in enumerate(content.splitlines(), 1):
        if line.strip():
            try:
                yield decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as defect:
                raise AssetCatalogError(f"assets line {number}: {defect}") from defect


def _check_unique(field: str, records: Iterable[AssetRecord]) -> None:
    seen: dict[object, AssetRecord] = {}
    for record in records:
        value = getattr(record, field)
        if value in seen:
            raise AssetCatalogError(f"{field} {value!r} is both {seen[value].name!r} and {record.name!r}; keep one")
        seen[value] = record


def _check_successors(records: Sequence[AssetRecord]) -> None:
    active_by_id = {record.asset_id: record.is_active for record in records}
    for record in records:
        who = f"asset {record.asset_id} ({record.symbol!r})"
        if record.is_active == (record.successor_id is not None):
            raise AssetCatalogError(f"{who}: is_active is False exactly where successor_id is given")
        for change in record.changes:
            if change.asset_id is not None and active_by_id.get(change.asset_id, False):
                raise AssetCatalogError(f"{who}: replaced {change.asset_id}, which is still active in the catalogue")
        if record.successor_id is not None and not active_by_id.get(record.successor_id, False):
            raise AssetCatalogError(f"{who}: successor_id {record.successor_id} is no active asset of the catalogue")


def _find_defects(record: AssetRecord, sources: Mapping[str, AssetSource]) -> Iterator[str]:
    yield from _find_text_defects(record)
    yield from _find_form_defects(record)
    yield from _find_pair_defects(record)
    yield from _find_change_defects(record)
    yield from _find_source_defects(record, sources)


def _find_text_defects(record: AssetRecord) -> Iterator[str]:
    for field, limit in _MAX_LENGTHS.items():
        text = getattr(record, field)
        if not text and field != "summary":
            yield f"{field} is empty"
        if len(text) > limit:
            yield f"{field} has {len(text)} characters, at most {limit} are allowed"
        if not text.isprintable() or text != text.strip():
            yield f"{field} must be printable without outer spaces, got {text!r}"
    for alias in record.aliases:
        if not alias or len(alias) > _MAX_ALIAS or not alias.isprintable() or alias != alias.strip().lower():
            yield f"an alias is 1..{_MAX_ALIAS} printable characters in lower case, got {alias!r}"
    if len(set(record.aliases)) != len(record.aliases):
        yield f"aliases repeat: {record.aliases!r}"


def _find_form_defects(record: AssetRecord) -> Iterator[str]:
    if record.asset_id < 1:
        yield "asset_id must be positive"
    if record.rank is not None and record.rank < 1:
        yield f"rank must be positive, got {record.rank!r}"
    forms: list[tuple[str, str | None, re.Pattern[str]]] = [
        ("slug", record.slug, _SLUG),
        ("symbol", record.symbol, _SYMBOL),
        ("coingecko_id", record.coingecko_id, _COINGECKO_ID),
        ("max_supply", record.max_supply, _SUPPLY),
    ]
    forms += [("former_symbols", symbol, _SYMBOL) for symbol in record.former_symbols]
    forms += [("exchange_symbols", symbol, _EXCHANGE_SYMBOL) for symbol in record.exchange_symbols.values()]
    for field, value, form in forms:
        if value is not None and not form.fullmatch(value):
            yield f"{field} has the wrong form: {value!r}"
    if record.launched is not None and not _is_iso_date_part(record.launched):
        yield f"launched must be YYYY, YYYY-MM or YYYY-MM-DD, got {record.launched!r}"


def _is_iso_date_part(text: str) -> bool:
    if not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", text):
        return False
    try:
        date.fromisoformat(text + "-01-01"[len(text) - 4 :])
    except ValueError:
        return False
    return text >= "2008"


def _find_pair_defects(record: AssetRecord) -> Iterator[str]:
    if (record.rank is None) != (record.rank_source is None):
        yield "rank and rank_source come only together"
    if (record.platform is None) != (record.token_address is None):
        yield "platform and token_address come only together"
    elif record.platform is not None:
        form = _ADDRESS_FORMS.get(record.platform)
        if form is None:
            yield f"platform {record.platform!r} is unknown; one of {sorted(_ADDRESS_FORMS)}"
        elif not form.fullmatch(record.token_address or ""):
            yield f"token_address is no {record.platform} address: {record.token_address!r}"


def _find_change_defects(record: AssetRecord) -> Iterator[str]:
    if [change.on for change in record.changes] != sorted(change.on for change in record.changes):
        yield "changes come oldest first"
    for change in record.changes:
        if not _is_iso_date_part(change.on):
            yield f"a change is on YYYY, YYYY-MM or YYYY-MM-DD, got {change.on!r}"
        if change.symbol is None and change.name is None:
            yield f"the change on {change.on} has neither an old symbol nor an old name"
        if change.symbol is not None and not _SYMBOL.fullmatch(change.symbol):
            yield f"the change on {change.on} has a symbol of the wrong form: {change.symbol!r}"
        if change.ratio is not None and not _RATIO.fullmatch(change.ratio):
            yield f"the change on {change.on} has a ratio of the wrong form: {change.ratio!r}"


def _find_source_defects(record: AssetRecord, sources: Mapping[str, AssetSource]) -> Iterator[str]:
    named = [*record.verified_by, *([record.rank_source] if record.rank_source else [])]
    unknown = [key for key in named if key not in sources]
    if unknown:
        yield f"sources {unknown!r} are not in assets.toml"
        return
    origins = {sources[key].origin for key in record.verified_by}
    if len(origins) < MIN_SOURCES:
        yield f"needs {MIN_SOURCES} sources of different origin, has {record.verified_by!r}"
