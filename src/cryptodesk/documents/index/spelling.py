"""How words are written: British and American spellings made one, and the names that only an exact match finds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

__all__ = ["encodable", "exact_terms", "fold_spelling", "looks_like_name", "with_compounds"]

# Both sides of a search are folded, so a word that only looks British ("rise") loses nothing by becoming "rize".
_ISE = re.compile(r"(?<=[a-z]{2})is(e|ed|es|er|ers|ing|able|ation|ations|ational)\b")
_YSE = re.compile(r"(?<=[a-z]l)ys(e|ed|es|er|ers|ing)\b")
_OUR = re.compile(r"(?<=[a-z]{3})our(|s|ed|ing|able|ably|er|ers|ite|ites|al|ally|hood)\b")
_WORDS = {
    "cancelled": "canceled",
    "cancelling": "canceling",
    "catalogue": "catalog",
    "centre": "center",
    "centres": "centers",
    "cheque": "check",
    "cheques": "checks",
    "defence": "defense",
    "dialogue": "dialog",
    "enrol": "enroll",
    "fulfil": "fulfill",
    "fulfils": "fulfills",
    "grey": "gray",
    "instalment": "installment",
    "instalments": "installments",
    "judgement": "judgment",
    "labelled": "labeled",
    "labelling": "labeling",
    "licence": "license",
    "licences": "licenses",
    "modelled": "modeled",
    "modelling": "modeling",
    "offence": "offense",
    "practise": "practice",
    "programme": "program",
    "programmes": "programs",
    "sceptical": "skeptical",
    "signalled": "signaled",
    "signalling": "signaling",
    "totalled": "totaled",
    "traveller": "traveler",
    "travelling": "traveling",
    "unravelled": "unraveled",
}
_LISTED = re.compile(rf"\b(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))})\b")
_IDEOGRAPH = re.compile(r"([\u3040-\u30ff\u3400-\u9fff])")

# A word with the marks that belong to a name: EIP-1559, 3pool, USD+, m/44, C++, $PEPE, alternative.me.
_NAME = re.compile(r"[^\W_]+(?:[-.'/&+][^\W_]+)*")
# Possessive, and only from the first letter on: a long word without marks is looked at once.
_COMPOUND = re.compile(r"(?<![^\W_])[^\W_]++(?:[-.'/&+][^\W_]++)+")
_INNER_MARKS = re.compile(r"[-.'/&+]")


def encodable(text: str) -> str:
    """The text without halves of characters, which no file can hold."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def fold_spelling(text: str) -> str:
    """The text in lower case, British spellings as American ones, ideographs one by one: to match, not to be shown."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = _LISTED.sub(lambda found: _WORDS[found.group()], text)
    text = _ISE.sub(r"iz\1", text)
    text = _YSE.sub(r"yz\1", text)
    text = _OUR.sub(r"or\1", text)
    return text if text.isascii() else _IDEOGRAPH.sub(r" \1 ", text)


def exact_terms(text: str) -> Iterator[str]:
    """Each word as it is written, in lower case; a compound ("EIP-1559") whole ("eip1559") and in its parts."""
    for found in _NAME.finditer(unicodedata.normalize("NFKC", text)):
        word = found.group().lower()
        parts = _INNER_MARKS.split(word)
        if len(parts) > 1:
            yield "".join(parts)
        yield from parts


def with_compounds(text: str) -> str:
    """The text in lower case, then each compound in one word: split at every mark it has all its exact terms."""
    text = unicodedata.normalize("NFKC", text).lower()
    compounds = [_INNER_MARKS.sub("", found.group()) for found in _COMPOUND.finditer(text)]
    return " ".join([text, *compounds])


def looks_like_name(word: str, *, begins_sentence: bool) -> bool:
    """Whether a word is written like a name: with a digit or a capital inside, or capitalised in mid-sentence."""
    if any(map(str.isdigit, word)):
        return True
    if any(map(str.isupper, word[1:])):
        return True
    return word[:1].isupper() and not begins_sentence
