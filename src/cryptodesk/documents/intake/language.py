"""Which language a text is in, as far as its script and its commonest words tell."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

__all__ = ["UNKNOWN", "detect_language", "parse_language"]

UNKNOWN = "und"

_SAMPLE = 4_000
_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8})*")
_WORD = re.compile(r"[^\W\d_]+")
_FEWEST_WORDS = 6
# Function words that a language has for itself, or shares with few of the others.
_WORDS = {
    "en": "the of and to in is that for it was with as on are this be by an at from or which have not has will its",
    "de": "der die und das den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden aus nach",
    "fr": "le la les des et est en du une que qui dans pour pas sur au avec ce il sont plus par ne se ou ont",
    "es": "el la los las de que y en un una por con para del se es no su al lo como más pero sus le ha está",
    "pt": "o os as de que e em um uma do da dos das não para com por se é mais no na ao como mas foi seu são",
    "it": "il di che la e un una per non sono con del della dei le si da al gli come più anche nel ha lo è",
    "nl": "de het een van en in is dat op te voor met zijn niet aan er om ook als bij maar naar uit wordt door",
    "tr": "ve bir bu da de için ile olarak olan daha çok gibi ise en kadar sonra ancak var ne olduğu tarafından",
    "pl": "i w na z się nie do to że jest o jak za od po przez ale są dla ma lub oraz które który tym być",
    "id": "yang dan di untuk dengan ini dari pada itu dalam tidak akan adalah ke oleh juga sebagai telah atau bisa",
    "vi": "của và là các có cho được trong một không với những này người đã khi để từ đến như về nhiều",
    "sv": "och att det som en på är av för med den till inte om ett har de kan från vid men så efter var",
}
_MARKERS: dict[str, frozenset[str]] = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_SCRIPTS = {"HANGUL": "ko", "HIRAGANA": "ja", "KATAKANA": "ja", "ARABIC": "ar", "HEBREW": "he", "THAI": "th",
            "DEVANAGARI": "hi", "GREEK": "el"}  # fmt: skip
_UKRAINIAN = re.compile(r"[іїєґ]", re.IGNORECASE)


def parse_language(tag: str | None) -> str | None:
    """`en` of `en-US`; None for what is no language tag."""
    found = _TAG.fullmatch((tag or "").strip())
    return found[1].lower() if found and found[1].lower() != UNKNOWN else None


def detect_language(text: str, declared: str | None = None) -> str:
    """The language's code; what the source declared where the text is too short to tell; else `und`."""
    sample = text[:_SAMPLE]
    return _by_script(sample) or _by_words(sample) or parse_language(declared) or UNKNOWN


def _by_script(text: str) -> str | None:
    """By letters that are not Latin, if they are a third of all."""
    letters = [mark for mark in text if mark.isalpha()]
    scripts = Counter(unicodedata.name(mark, "?").partition(" ")[0] for mark in letters if ord(mark) > 0x24F)
    foreign = sum(scripts.values())
    if not foreign or foreign * 3 < len(letters):
        return None
    if scripts["HIRAGANA"] + scripts["KATAKANA"] > 0 and scripts["HANGUL"] == 0:
        return "ja"
    script = scripts.most_common(1)[0][0]
    if script == "CYRILLIC":
        return "uk" if _UKRAINIAN.search(text) else "ru"
    return "zh" if script == "CJK" else _SCRIPTS.get(script)


def _by_words(text: str) -> str | None:
    """By its function words, if they are a tenth of all and clearly one language's."""
    words = [word.lower() for word in _WORD.findall(text)]
    if len(words) < _FEWEST_WORDS:
        return None
    counts = Counter(words)
    found = sorted(
        ((sum(counts[word] for word in marks), language) for language, marks in _MARKERS.items()), reverse=True
    )
    (most, language), (second, _) = found[0], found[1]
    return language if most * 10 >= len(words) and most >= 2 and most > 1.2 * second else None
