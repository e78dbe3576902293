"""What the analyst has to be lent: a finder of assets in text, and the short facts of an asset.

The protocols are structural: whatever has these attributes fits, without knowing this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

__all__ = ["AssetFacts", "AssetId", "AssetKnowledge", "AssetMentions", "Mention", "NoKnowledge"]

AssetId = int | str


class Mention(Protocol):
    """A stretch `text[start:end]` that names an asset. `confidence` is 0..1; `rivals` are ids of other assets that
    the same words may mean."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...

    @property
    def text(self) -> str: ...

    @property
    def asset_id(self) -> AssetId: ...

    @property
    def symbol(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def confidence(self) -> float: ...

    @property
    def rivals(self) -> Sequence[AssetId]: ...

    @property
    def warning(self) -> str | None:
        """What a reader must be told of this choice: the asset was renamed, bears a better known one's name."""
        ...

    @property
    def is_contested(self) -> bool:
        """Whether any of the rivals may as well be meant: those that are far behind, as impostors are, may not."""
        ...


class AssetMentions(Protocol):
    def find(self, text: str) -> Sequence[Mention]:
        """Every asset the text names, in the order of the text, without overlaps."""
        ...


class AssetFacts(Protocol):
    """What is known of an asset without asking any source. Empty or None where nothing is known.

    `launched` is an ISO 8601 date or the beginning of one; `max_supply` is exact decimal text in coins.
    """

    @property
    def name(self) -> str: ...

    @property
    def symbol(self) -> str: ...

    @property
    def summary(self) -> str: ...

    @property
    def launched(self) -> str | None: ...

    @property
    def max_supply(self) -> str | None: ...


class AssetKnowledge(AssetMentions, Protocol):
    """Both at once: what `ProviderServices.mentions` holds for the analyst."""

    def facts(self, asset_id: AssetId) -> AssetFacts | None: ...

    def __hash__(self) -> int:
        """By identity: what was read with its help is remembered for a while."""
        ...


class NoKnowledge:
    """Stands in where nothing was lent: finds no asset and knows no fact, so that only lookups name assets."""

    def find(self, text: str) -> Sequence[Mention]:
        return ()

    def facts(self, asset_id: AssetId) -> AssetFacts | None:
        return None
