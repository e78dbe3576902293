"""The state of reading one request: where the rules look, and what they have understood so far."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from cryptodesk.market.screening.amounts import Amount
from cryptodesk.market.screening.fields import FIELDS, AssetType
from cryptodesk.market.screening.lexemes import Lexeme, Request
from cryptodesk.market.screening.records import Filter, Sort, State

__all__ = ["Reader", "Rule", "Unfit"]

_END = Lexeme("end", None, 0, 0, "")
_MAX_PHRASE = 120


class Unfit(Exception):
    """A clause that was recognised and cannot be applied; it ends before the lexeme `end`."""

    def __init__(self, end: int, reason: str) -> None:
        super().__init__(reason)
        self.end = end
        self.reason = reason


class Reader:
    """Positions are indices of lexemes. A rule returns the position after what it read, or None; what it read further
    on goes into `taken`."""

    def __init__(self, request: Request, asset_type: AssetType) -> None:
        self.asset_type = asset_type
        self.fields = FIELDS[asset_type]
        self.filters: list[Filter] = []
        self.sort: Sort | None = None
        self.limit: int | None = None
        self.state: State | None = None
        self.notes: list[str] = []
        self.wants_largest = False
        self.taken: set[int] = set()
        self._request = request
        self._lexemes = request.lexemes

    def __len__(self) -> int:
        return len(self._lexemes)

    def at(self, place: int) -> Lexeme:
        return self._lexemes[place] if 0 <= place < len(self._lexemes) else _END

    def kind(self, place: int) -> str:
        return self.at(place).kind

    def amount(self, place: int) -> Amount | None:
        lexeme = self.at(place)
        return lexeme.value if lexeme.kind == "amount" else None

    def skip(self, place: int, *kinds: str) -> int:
        """Past words that mean nothing, and lexemes of the kinds named."""
        while self.kind(place) == "fill" or self.kind(place) in kinds:
            place += 1
        return place

    def text(self, start: int, end: int) -> str:
        """The request's own words from one position to before another, bounded."""
        last = self.at(min(end, len(self)) - 1)
        text = self._request.shown[self.at(start).start : last.end].strip(" ,;")
        return text if len(text) <= _MAX_PHRASE else text[: _MAX_PHRASE - 1] + "…"

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def add(self, field: str, op: str, value: float | str | tuple[str, ...]) -> None:
        wanted = Filter(field, op, value)  # type: ignore[arg-type]
        if wanted not in self.filters:
            self.filters.append(wanted)

    def order(self, sort: Sort, said: str) -> None:
        """The first order asked for holds."""
        if self.sort is not None and self.sort != sort:
            self.note(f"one order at a time: {said!r} was left out")
            return
        self.sort = sort

    def is_joined_before(self, place: int) -> bool:
        """Whether an unknown word stands right before, which the following words may belong to ("apy above 10%")."""
        while self.kind(place - 1) == "fill":
            place -= 1
        return self.kind(place - 1) in {"word", "idiom", "off", "against"}

    def attempt(self, rule: Rule, place: int) -> int | None:
        """Applies a rule; what it added is taken back when it does not fit."""
        filters, sort, limit, state = list(self.filters), self.sort, self.limit, self.state
        notes, taken = list(self.notes), set(self.taken)
        try:
            return rule(self, place)
        except Unfit:
            self.filters, self.sort, self.limit, self.state = filters, sort, limit, state
            self.notes, self.taken = notes, taken
            raise

    def flip_since(self, count: int, place: int, end: int) -> None:
        """Turns the one filter added since there were `count` into its opposite. Raises: Unfit if it is not one."""
        added = self.filters[count:]
        if len(added) != 1 or added[0].op not in _OPPOSITES:
            raise Unfit(end, "the opposite of it cannot be screened")
        opposite = replace(added[0], op=_OPPOSITES[added[0].op])
        self.filters[count:] = [opposite] if opposite not in self.filters[:count] else []


Rule = Callable[[Reader, int], int | None]

_OPPOSITES = {"lt": "gte", "lte": "gt", "gt": "lte", "gte": "lt", "eq": "ne", "ne": "eq"}
