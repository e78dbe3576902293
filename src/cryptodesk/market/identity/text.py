"""One spelling for texts that look alike, and the marks that make them look alike."""

from __future__ import annotations

import unicodedata

__all__ = ["MAX_QUERY", "disguise", "normalise", "plain", "skeleton"]

MAX_QUERY = 200

# Letters of other alphabets that are drawn like the Latin letter at the same place of the second text.
_DRAWN_ALIKE = str.maketrans(
    "абвгдеёзікӏмнорстухцчшьѕјԛԝһԁґєіїꭓ"  # Cyrillic in small letters
    "αβγδεζηικλμνορτυχωϲϳ"  # Greek in small letters
    "օոսհցզքԁƅɑɡıȷɩʟɴʀʏꜱꜰɢʜᴀʙᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢℓ",  # Armenian, phonetic, small capitals
    "a6brdeeзikimhopctyxu4wbsjqwhdreiixabydezniklmvoptuxwcjonuhgqpdbagijilnrysfghabcdejkmoptuvwzl",
)
# Capitals that look like a Latin capital though their small letters do not.
_CAPITALS_ALIKE = str.maketrans("ВНМТКЅΒΗΜΝΡΤΥΧΖΙΚ", "BHMTKSBHMNPTYXZIK")
_DIRECTION_MARKS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def normalise(text: str) -> str:
    """The text in compatibility form and folded case, without control and zero-width characters, single-spaced.

    At most `MAX_QUERY` characters. Full-width letters become plain ones; accents stay."""
    if text.isascii() and text.isprintable():
        return " ".join(text[:MAX_QUERY].lower().split())
    # Bounded before folding: one character may fold into eighteen.
    visible = (" " if mark.isspace() else mark for mark in text[: 2 * MAX_QUERY] if not _is_hidden(mark))
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", "".join(visible)).casefold())
    return " ".join(folded.split())[:MAX_QUERY].rstrip()


def skeleton(text: str) -> str:
    """The text as a hasty reader sees it: look-alike letters of other alphabets as Latin ones, without accents."""
    if text.isascii():
        return normalise(text)
    plain_capitals = text[: 2 * MAX_QUERY].translate(_CAPITALS_ALIKE)
    folded = normalise(plain_capitals).translate(_DRAWN_ALIKE)
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(mark))
    return normalise(bare)


def disguise(text: str) -> str | None:
    """How the text hides what it is, in words; None for ordinary text, whatever its language."""
    if text.isascii() and text.isprintable():
        return None
    seen = text[: 2 * MAX_QUERY]
    if any(mark in _DIRECTION_MARKS for mark in seen):
        return "it holds marks that turn the direction of writing"
    if any(_is_hidden(mark) for mark in seen):
        return "it holds invisible characters"
    for word in unicodedata.normalize("NFKC", seen).split():
        if skeleton(word) != normalise(word) and len({_alphabet(mark) for mark in word if mark.isalpha()}) > 1:
            return "it mixes letters of several alphabets"
    return None


def plain(text: str, limit: int = 60) -> str:
    """Text from outside as it may stand inside a sentence of ours: printable, single-spaced and short."""
    visible = text[: 4 * limit]
    if not (visible.isascii() and visible.isprintable()):
        visible = "".join(" " if mark.isspace() else mark for mark in visible if not _is_hidden(mark))
    short = " ".join(visible.split())
    return short if len(short) <= limit else short[: limit - 1].rstrip() + "…"


def _is_hidden(mark: str) -> bool:
    # Cc holds tab and newline, which separate words.
    return unicodedata.category(mark) in {"Cf", "Cc", "Cs", "Co"} and not mark.isspace()


def _alphabet(mark: str) -> str:
    return unicodedata.name(mark, "?").partition(" ")[0]
