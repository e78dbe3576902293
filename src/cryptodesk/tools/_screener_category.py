"""Which coins belong to a category: those that carry its tag, and the largest ones that its source names."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cryptodesk.core.errors import ToolFailed
from cryptodesk.market.records import CategoryListing, CoinListing
from cryptodesk.market.screening import canonical_tag
from cryptodesk.tools._envelope import Gap, failed_sources
from cryptodesk.tools._text import clean
from cryptodesk.tools._tool import ToolContext

__all__ = ["Category", "Members", "find_category", "members_of", "tags_of"]


class Category(Struct, frozen=True):
    """`listing` is None where no source of categories is at hand: then the id itself is taken for a tag."""

    given: str
    tags: frozenset[str]
    listing: CategoryListing | None = None
    gaps: tuple[Gap, ...] = ()

    @property
    def name(self) -> str:
        return clean(self.listing.title if self.listing else self.given)


class Members(Struct, frozen=True):
    """Coins of a category, in the order of the list, and how they were told."""

    coins: tuple[CoinListing, ...]
    note: str


async def find_category(category_id: str, context: ToolContext) -> Category:
    """By id, else by name, title or slug. Raises: ToolFailed if there are categories, and none is so called."""
    given = category_id.strip()
    found = await context.find(CategoryListing, (given,))
    listing = found.records[0] if found.records else None
    if listing is None:
        everything = await context.find(CategoryListing)
        listing = next((row for row in everything.records if _is_called(row, given)), None)
        if listing is None and everything.records:
            raise ToolFailed(f"asset not found: {clean(given)}")
        if listing is None:
            gaps = failed_sources(("category_id", everything))
            why = "no source of categories is at hand: coins that carry a tag of this name were taken"
            return Category(given, frozenset({canonical_tag(given)}), gaps=(Gap("category_id", why), *gaps))
    return Category(given, tags_of(listing), listing)


def tags_of(listing: CategoryListing) -> frozenset[str]:
    """What a coin's tag may be called to mean this category."""
    names = (listing.asset_id, listing.name, listing.title, listing.slug)
    return frozenset(canonical_tag(name) for name in names if name)


def members_of(category: Category, coins: Sequence[CoinListing]) -> Members:
    """Those of `coins` that belong to the category."""
    largest = frozenset(category.listing.top_coin_ids if category.listing else ())
    known: dict[str, bool] = {}

    def carries(coin: CoinListing) -> bool:
        for tag in coin.tags:
            if tag not in known:
                known[tag] = canonical_tag(tag) in category.tags
            if known[tag]:
                return True
        return False

    tagged = {coin.asset_id for coin in coins if carries(coin)}
    chosen = tuple(coin for coin in coins if coin.asset_id in tagged or coin.asset_id in largest)
    return Members(chosen, _note(category, len(chosen), is_tagged=bool(tagged)))


def _note(category: Category, count: int, *, is_tagged: bool) -> str:
    if not count:
        return f"no coin of the category {category.name!r} is among those at hand"
    listed = category.listing.num_tokens if category.listing else None
    of_all = f" of {listed}" if listed is not None and listed > count else ""
    how = "coins that carry its tag" if is_tagged else "the largest that its source names"
    return f"restricted to the category {category.name!r}: {count}{of_all} coins at hand ({how})"


def _is_called(row: CategoryListing, given: str) -> bool:
    return row.asset_id.casefold() == given.casefold() or canonical_tag(given) in tags_of(row)
