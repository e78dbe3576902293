"""Whether a question is English: by its script and its commonest words."""

from __future__ import annotations

import unicodedata

from cryptodesk.core.patterns import Pattern

__all__ = ["is_english"]

_FOREIGN_WORDS = """
    der die das und ist wie viel was kostet preis heute wieviel für von mit ein eine nicht warum wird welche el la
    los las una es cuál cual cuánto cuanto precio hoy qué que por para está vale cuesta cómo como le les est combien
    prix aujourd'hui quel quelle du pour avec pourquoi vaut coûte des il lo gli quanto costa prezzo oggi qual perché
    quale di o os um uma é quanto preço hoje qual custa não por que de het een wat hoeveel prijs vandaag waarom ile
    ne kadar fiyatı bugün nedir kaç berapa harga hari ini adalah cena ile jaka dzisiaj giá bao nhiêu
"""
_FOREIGN = frozenset(_FOREIGN_WORDS.split())
_ENGLISH_WORDS = """
    the is are was what how much many price of in for to a an and did does do has have it this that with over since
    last between market cap volume supply value convert compare tell me show give which who when why should will can
    i my today week month year
"""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_WORD = Pattern(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def is_english(text: str, *, known: bool) -> bool:
    """False only on evidence: mostly another script, or more foreign function words than English ones.

    `known` says that asset names were found; a lone name is no language."""
    letters = [character for character in text if character.isalpha()]
    foreign_script = sum(not unicodedata.name(character, "").startswith("LATIN") for character in letters)
    if letters and foreign_script * 2 > len(letters) - (0 if not known else len(letters) // 2):
        return False
    words = [word.lower() for word in _WORD.findall(text)]
    foreign = sum(word in _FOREIGN and word not in _ENGLISH for word in words)
    english = sum(word in _ENGLISH for word in words)
    return not (foreign >= 2 and foreign > english) and not (foreign == 1 and english == 0 and len(words) >= 3)
