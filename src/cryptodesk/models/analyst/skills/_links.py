"""The links of a project's profile, as the project gives them."""

from __future__ import annotations

from collections.abc import Sequence

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.skills._profile import Profile
from cryptodesk.models.analyst.text import sentence
from cryptodesk.models.analyst.writer.draft import Fact, join_names

__all__ = ["SOCIAL", "all_links", "links_of"]

_LINKS = {
    "website": "website",
    "technical_doc": "white paper or documentation",
    "source_code": "source code",
    "explorer": "block explorers",
    "twitter": "X",
    "reddit": "Reddit",
    "chat": "chat",
    "message_board": "forum",
    "announcement": "announcements",
}
SOCIAL = ("twitter", "reddit", "chat", "message_board", "announcement")
_ADDRESS = Pattern(r"https?://[^\s<>\"'`\\\[\]{}|^()]{4,400}")


def links_of(profile: Profile, kinds: Sequence[str]) -> tuple[str, list[Fact]]:
    found = [(kind, address) for kind in kinds for address in _addresses(profile, kind)]
    what = "official account or board" if len(kinds) > 1 else _LINKS[kinds[0]]
    if not found:
        return f"No {what} of {profile.name} is at hand: {profile.reason('links', 'urls')}.", []
    said = join_names([f"{address}{f' ({_LINKS[kind]})' if len(kinds) > 1 else ''}" for kind, address in found])
    facts = [profile.fact(f"urls.{kind}", address) for kind, address in found]
    return f"{sentence(what)[:-1]} of {profile.name}, as the project gives it: {said}.", facts


def _addresses(profile: Profile, kind: str) -> list[str]:
    found = profile.at("urls", kind)
    texts = [text for text in found if isinstance(text, str)] if isinstance(found, list) else []
    return [text for text in texts if _ADDRESS.fullmatch(text)][:4]


def all_links(profile: Profile) -> str:
    lines = [f"- {label}: {', '.join(found)}" for kind, label in _LINKS.items() if (found := _addresses(profile, kind))]
    return "\n".join(lines) or f"Links: {profile.reason('links', 'urls')}."
