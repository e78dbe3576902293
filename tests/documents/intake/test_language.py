"""The language of a text, by its letters and its commonest words."""

from __future__ import annotations

import pytest

from cryptodesk.documents.intake.language import detect_language, parse_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The price of the coin is up, and it has been on the rise for a week, said the analysts.", "en"),
        ("Der Kurs des Coins ist gestiegen, und die Anleger sind nicht mit dem Ergebnis zufrieden.", "de"),
        ("Le prix de la pièce est en hausse et les investisseurs sont dans une bonne situation.", "fr"),
        ("El precio de la moneda ha subido y los inversores no están seguros de que siga así.", "es"),
        ("O preço da moeda subiu e os investidores não têm certeza de que isso vai continuar.", "pt"),
        ("Il prezzo della moneta è salito e gli investitori non sono sicuri che continui.", "it"),
        ("De prijs van de munt is gestegen en beleggers zijn niet zeker van het resultaat.", "nl"),
        ("比特币价格上涨,分析师表示市场情绪正在改善。", "zh"),
        ("ビットコインの価格が上昇した。", "ja"),
        ("비트코인 가격이 상승했다.", "ko"),
        ("Цена биткоина выросла на этой неделе.", "ru"),
        ("Ціна біткоїна зросла цього тижня.", "uk"),
        ("ارتفع سعر البيتكوين هذا الأسبوع.", "ar"),
        ("BTC ETH SOL", "und"),
        ("", "und"),
        ("12 345 %", "und"),
        ("lorem ipsum dolor sit amet consectetur adipiscing elit", "und"),
    ],
)
def test_the_language_is_told_where_the_text_says_enough(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_what_the_source_declares_helps_only_where_the_text_does_not() -> None:
    assert detect_language("BTC ETH", "de-DE") == "de"
    assert detect_language("The price of the coin is up, and it has been on the rise for a week.", "de") == "en"
    assert detect_language("BTC", "not a tag!") == "und"


def test_tags_are_read() -> None:
    assert [parse_language(tag) for tag in ("en", "EN-us", "zh_Hans_CN", "und", "", None, "e", "<b>")] == [
        "en", "en", "zh", None, None, None, None, None,
    ]  # fmt: skip
