"""Who stands behind a source's name: title, domain and page, as a citation or a chart's attribution shows them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from urllib.parse import quote

import msgspec
from msgspec import Struct

from cryptodesk.core.patterns import Pattern

__all__ = ["OWN_DOMAIN", "DataSource", "find_data_source", "load_data_sources", "split_sources"]

# The domain of what the product itself holds, computes or invents.
OWN_DOMAIN = "cryptodesk"

_MOST_CHARACTERS = 120
_MOST_SOURCES = 20
_JOINS = Pattern(r"\s+[×+]\s+")
_NO_TEXT = Pattern(r"[^\w.&:/ -]+")
_HOST = Pattern(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}")


class DataSource(Struct, frozen=True, forbid_unknown_fields=True):
    """One source. `name` is how provenances call it; `domain` is never empty; `link` and `terms` are absolute
    addresses or empty; `note` says in a sentence what it is, or under which condition it may be shown."""

    name: str
    title: str
    domain: str
    link: str = ""
    asset_page: str = ""
    terms: str = ""
    note: str = ""

    def page_of(self, values: Mapping[str, str]) -> str:
        """The page of one asset, `link` where there is none or a value for it is missing. `values` are by the names
        of the placeholders: slug, coingecko_id, instrument, symbol."""
        wanted = [name for _, name, _, _ in Formatter().parse(self.asset_page) if name]
        if not wanted or not all(values.get(name) for name in wanted):
            return self.link
        return self.asset_page.format_map({name: quote(values[name], safe="") for name in wanted})


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    source: tuple[DataSource, ...]


@cache
def load_data_sources() -> tuple[DataSource, ...]:
    """Every source that the product names, in the order of the catalogue."""
    text = (files("cryptodesk.catalog") / "data_sources.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), _File).source


def find_data_source(name: str) -> DataSource:
    """Never fails: a computed name ("a × b") gets the titles of its parts and the page of the first, an unknown one a
    title and a domain made of itself."""
    known = _by_name().get(name)
    if known is not None:
        return known
    parts = split_sources(name)
    if len(parts) < 2:
        return _made_up(name)
    found = [find_data_source(part) for part in parts]
    title = " × ".join(dict.fromkeys(one.title for one in found))[:_MOST_CHARACTERS]
    first = next((one for one in found if one.link), found[0])
    joined = " × ".join(one.name for one in found)[:_MOST_CHARACTERS]
    return DataSource(joined, title, first.domain, first.link, note="Computed from several sources.")


def split_sources(source: str) -> tuple[str, ...]:
    """The single names in "a × b" (computed from) and "a + b" (added up), each once, in order; at most twenty."""
    names = (name.strip() for name in _JOINS.split(source.strip()))
    return tuple(dict.fromkeys(name for name in names if name))[:_MOST_SOURCES]


def _made_up(name: str) -> DataSource:
    # No link: nobody has checked that the name is an address.
    plain = " ".join(_NO_TEXT.sub(" ", name[: _MOST_CHARACTERS * 2]).replace("_", " ").split())[:_MOST_CHARACTERS]
    if not plain:
        return DataSource("unknown", "Unnamed source", "unknown")
    host = name.strip().lower()
    if _HOST.fullmatch(host) and len(host) <= _MOST_CHARACTERS:
        return DataSource(host, host, host)
    return DataSource(plain.replace(" ", "_"), plain[0].upper() + plain[1:], "-".join(plain.lower().split())[:60])


@cache
def _by_name() -> dict[str, DataSource]:
    return {source.name: source for source in load_data_sources()}
