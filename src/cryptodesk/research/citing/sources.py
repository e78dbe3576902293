"""What a run may cite: the documents and data series that its tools brought, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Literal

from msgspec import Struct

from cryptodesk.catalog.data_sources import find_data_source
from cryptodesk.core.messages import Citation, ToolCallPart
from cryptodesk.core.research import ChartEntity
from cryptodesk.core.verification import CellReference
from cryptodesk.documents.handbook import load_articles
from cryptodesk.documents.records import Hit
from cryptodesk.research.citing._results import CallRecord, EntityRow, Origin, read_call
from cryptodesk.research.citing._text import address, domain_of, one_line, visible
from cryptodesk.research.keys import document_key, series_key
from cryptodesk.verification import ToolResult

__all__ = ["HANDBOOK_DOMAIN", "Candidate", "SourceBook"]

# An article of the handbook has no page of its own: it is cited by name, with the address of what it rests on first.
HANDBOOK_DOMAIN = "cryptodesk handbook"
_RESTS_ON = " (rests on: "
_LONGEST_PASSAGE, _MOST_PASSAGES = 8_000, 60
_LONGEST_TITLE = 200
_LOOKUP = "cmc_id_lookup"
_MOST_LISTED = 40
_SHORTEST_TOLD = 18


class Candidate(Struct, frozen=True):
    """A source that may be cited. `domain` is never empty; `url` is absolute http(s) or empty."""

    key: str
    kind: Literal["document", "series"]
    domain: str
    title: str
    url: str = ""
    published_at: str | None = None
    as_of: str | None = None


class _Series(Struct):
    """What is known of a series so far; it is told when somebody asks."""

    source: str
    row: EntityRow
    mode: str
    as_of: str
    intervals: dict[str, None]


class SourceBook:
    """One run's. Whatever is added twice is one source; the first name of a key stays its name."""

    def __init__(self) -> None:
        self._candidates: dict[str, Candidate] = {}
        self._series: dict[str, _Series] = {}
        self._aliases: dict[str, str] = {}
        self._passages: dict[str, list[str]] = {}
        self._publishers: dict[str, str] = {}
        self._calls: dict[str, CallRecord] = {}
        self._numbered: dict[int, list[str]] = {}
        self._order: dict[str, int] = {}
        self.results: list[ToolResult] = []

    # --- what comes in -----------------------------------------------------------------------------------------

    def add_result(self, call: ToolCallPart, output: str) -> None:
        """Any built-in tool's output, JSON text. What is none is kept for the verifier and cites nothing."""
        self.results.append(ToolResult(call.name, call.arguments, output, call.call_id))
        record = read_call(call, output)
        if record is None:
            return
        self._calls[call.call_id] = record
        for at, row in enumerate(record.passages, 1):
            key = self._add_document(
                "", row.get("source"), row.get("title"), row.get("url"), row.get("published_at"), row.get("text")
            )
            number = row.get("n")
            self._numbered.setdefault(number if type(number) is int else at, []).append(key)
        # A search for names holds numbers of assets that nobody asked of.
        for entity in record.rows() if record.tool != _LOOKUP else ():
            for origin in record.all_origins(entity):
                self._add_series(entity, origin)

    def add_citations(self, call_id: str, citations: Iterable[Citation]) -> None:
        """What a call gave the client as its sources, in the order of its passages."""
        for one in citations:
            self._add_document("", one.source, one.title, one.url, one.published_at, None)

    def add_passages(self, hits: Sequence[Hit]) -> None:
        for hit in hits:
            document = hit.document
            published = document.published_at.isoformat() if document.published_at else None
            self._add_document(
                document.document_id, document.publisher, document.title, document.url, published, hit.chunk.text
            )

    def add_series(self, key: str, about: ChartEntity | None, mode: str, as_of: str) -> None:
        """What no tool result brought, such as the course that a chart shows; one that is known stays as it is."""
        _, _, rest = key.partition(":")
        source, _, entity = rest.partition(":")
        if source and self.resolve(key) is None:
            named = (about.name, about.symbol, about.slug) if about is not None else ()
            self._add_series(EntityRow(entity or None, *named), Origin((), (source,), mode, as_of, frozenset()))

    # --- what is asked -----------------------------------------------------------------------------------------

    def resolve(self, key: str) -> str | None:
        """The key a source goes by, of any key it is known by; None for what is no source of this run."""
        key = self._aliases.get(key, key)
        return key if key in self._candidates or key in self._series else None

    def source(self, key: str) -> Candidate:
        """Raises: KeyError for what is no source of this run."""
        known = self.resolve(key)
        if known is None:
            raise KeyError(key)
        if known not in self._candidates:
            self._candidates[known] = _told(known, self._series[known])
        return self._candidates[known]

    def keys(self) -> tuple[str, ...]:
        """In the order they came."""
        return tuple(self._order)

    def series_keys(self) -> tuple[str, ...]:
        return tuple(key for key in self._order if key in self._series)

    def passages(self, key: str) -> tuple[str, ...]:
        """The texts known of a document; of a series none."""
        return tuple(self._passages.get(self.resolve(key) or "", ()))

    def head(self, key: str) -> str:
        """What stands over a document's text and may be said of it too: title, publisher, where and when."""
        one = self.source(key)
        house = self._publishers.get(one.key, "")
        return ". ".join(filter(None, (one.title, house, one.domain, (one.published_at or "")[:10])))

    def mark_id(self, key: str) -> str:
        """The mark by which a prompt lists the source: "s3". Raises: KeyError."""
        known = self.resolve(key)
        if known is None:
            raise KeyError(key)
        return f"s{self._order[known]}"

    def key_of_mark(self, mark: str) -> str | None:
        """The source that "s3" or "3" lists."""
        digits = mark.strip().lower().removeprefix("s")
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 4:
            return None
        return next((key for key, place in self._order.items() if place == int(digits)), None)

    def passage_keys(self, number: int) -> tuple[str, ...]:
        """The documents that searches of this run gave this number: each search counts from 1."""
        return tuple(dict.fromkeys(self._numbered.get(number, ())))

    def find_document(self, *, title: str = "", url: str = "") -> str | None:
        """By address first, else by title."""
        for alias in (f"url:{url}" if url else "", f"title:{_plain_title(title)}" if title else ""):
            if alias in self._aliases:
                return self._aliases[alias]
        return None

    def titles(self) -> list[tuple[str, str]]:
        """Title, for comparing, and key of each document that has one long enough to be told by."""
        return [
            (alias.removeprefix("title:"), key)
            for alias, key in self._aliases.items()
            if alias.startswith("title:") and len(alias) > _SHORTEST_TOLD
        ]

    def keys_of(self, cell: CellReference) -> tuple[str, ...]:
        """The sources of a cell: the series it is of (both where it is computed of two), or the document it stands in.

        Empty for moments, notes, bare arithmetic and for calls that the run does not know."""
        record = self._calls.get(cell.call_id)
        if record is None:
            return ()
        if cell.path.startswith("/content_search_result/passages/"):
            return self._keys_of_passage(record, cell.path)
        found = record.row_at(cell.path)
        if found is None:
            return ()
        row, field = found
        return tuple(key for origin in record.origins_of(row, field) for key in self._add_series(row, origin))

    def named(self, key: str) -> tuple[str, ...]:
        """The names that a text may call the thing of a series by: "Solana", "SOL"."""
        held = self._series.get(key)
        return tuple(filter(None, (held.row.name, held.row.symbol))) if held is not None else ()

    def source_names(self, key: str) -> tuple[str, ...]:
        """What a text may call the source of a series by."""
        held = self._series.get(key)
        return (held.source, find_data_source(held.source).title) if held is not None else ()

    def listing(self, keys: Iterable[str] | None = None, most: int = _MOST_LISTED) -> str:
        """The sources as a prompt lists them: "[[s1]] Restaking (cryptodesk handbook, 2026-11-22)", one a line."""
        lines = []
        for key in list(self.keys() if keys is None else keys)[:most]:
            one = self.source(key)
            told = ", ".join(filter(None, (one.domain, (one.published_at or one.as_of or "")[:10])))
            lines.append(f"[[{self.mark_id(key)}]] {one.title} ({told})")
        return "\n".join(lines)

    # --- documents ---------------------------------------------------------------------------------------------

    def _keys_of_passage(self, record: CallRecord, pointer: str) -> tuple[str, ...]:
        place = pointer.split("/")[3]
        rows = record.passages
        if not place.isdigit() or int(place) >= len(rows):
            return ()
        row = rows[int(place)]
        url = address(row.get("url"))
        key = self.find_document(title=one_line(row.get("title"), _LONGEST_TITLE), url="" if _is_own(row) else url)
        return (key,) if key else ()

    def _add_document(
        self, document_id: str, publisher: object, title: object, url: object, published: object, text: object
    ) -> str:
        name, link = one_line(title, _LONGEST_TITLE), address(url)
        house, plain = one_line(publisher, 80), _plain_title(name)
        article = _articles().get(plain) if house == HANDBOOK_DOMAIN else None
        known = self._known_document(document_id, plain, "" if article else link)
        key = known or _key_of(document_id, article, link, house, name)
        if key not in self._candidates:
            domain = HANDBOOK_DOMAIN if article else domain_of(link) or house or "document"
            when = one_line(published, 40) or None
            self._candidates[key] = Candidate(key, "document", domain, name or house or domain, link, when)
            self._publishers[key] = house
            self._enter(key)
        self._alias(key, document_id, plain, "" if article else link)
        if isinstance(text, str) and text.strip():
            self._add_text(key, text)
        return key

    def _known_document(self, document_id: str, title: str, link: str) -> str | None:
        by_id = self._aliases.get(document_key(document_id)) if document_id else None
        by_url = self._aliases.get(f"url:{link}") if link else None
        return by_id or by_url or (None if link else self._aliases.get(f"title:{title}"))

    def _alias(self, key: str, document_id: str, title: str, link: str) -> None:
        self._aliases.setdefault(key, key)
        if document_id:
            self._aliases.setdefault(document_key(document_id), key)
        if link:
            self._aliases.setdefault(document_key(link), key)
            self._aliases.setdefault(f"url:{link}", key)
        if title:
            self._aliases.setdefault(f"title:{title}", key)

    def _add_text(self, key: str, text: str) -> None:
        kept = visible(text[:_LONGEST_PASSAGE]).strip().removeprefix("⟦").removesuffix("⟧")
        held = self._passages.setdefault(key, [])
        if kept not in held and len(held) < _MOST_PASSAGES:
            held.append(kept)

    # --- series ------------------------------------------------------------------------------------------------

    def _add_series(self, row: EntityRow, origin: Origin) -> tuple[str, ...]:
        keys = []
        for source in origin.sources:
            key = series_key(source, row.entity)
            held = self._series.get(key)
            if held is None:
                intervals = {row.interval: None} if row.interval else {}
                self._series[key] = _Series(source, row, origin.mode, origin.as_of, intervals)
                self._enter(key)
            elif (row.interval and row.interval not in held.intervals) or origin.as_of > held.as_of:
                held.intervals |= {row.interval: None} if row.interval else {}
                held.as_of = max(held.as_of, origin.as_of)
                self._candidates.pop(key, None)
            keys.append(key)
        return tuple(keys)

    def _enter(self, key: str) -> None:
        self._order.setdefault(key, len(self._order) + 1)


def _told(key: str, series: _Series) -> Candidate:
    """ "Solana (SOL): Binance USDⓈ-M Futures, daily (snapshot of 2026-09-10)"."""
    source, row = find_data_source(series.source), series.row
    name = f"{row.name} ({row.symbol})" if row.name and row.symbol and row.name != row.symbol else row.name
    label = name or row.symbol or (str(row.entity) if row.entity is not None else "Market data")
    often = f", {next(iter(series.intervals))}" if len(series.intervals) == 1 else ""
    title = f"{one_line(label, 110)}: {source.title}{often} ({_moment(series)})"
    page = source.page_of({"slug": row.slug, "symbol": row.symbol}) if row.name else source.link
    return Candidate(key, "series", source.domain, title, address(page), None, series.as_of or None)


def _moment(series: _Series) -> str:
    day, clock = series.as_of[:10] or "an unstated day", series.as_of[11:16]
    if series.mode == "live" and clock:
        return f"live, {day} {clock} UTC"
    return f"computed for {day}" if series.mode == "computed" else f"{series.mode or 'data'} of {day}"


def _key_of(document_id: str, article: str | None, link: str, house: str, name: str) -> str:
    if article is not None:
        return document_key(f"handbook/{article}")
    return document_key(document_id or link or f"{house}/{name}")


def _is_own(row: object) -> bool:
    return isinstance(row, dict) and row.get("source") == HANDBOOK_DOMAIN


def _plain_title(title: str) -> str:
    """Without what the article rests on."""
    return one_line(title, _LONGEST_TITLE).partition(_RESTS_ON)[0].casefold()


@cache
def _articles() -> dict[str, str]:
    """Title -> "section/slug" of each article of the handbook."""
    return {_plain_title(one.title): f"{one.section}/{one.slug}" for one in load_articles()}
