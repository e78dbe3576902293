"""Meaning, words, names and age are added up as they are said to be."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from cryptodesk.documents.embedding.wordpiece import load_wordpiece
from cryptodesk.documents.index.fulltext import Conditions
from cryptodesk.documents.index.fusion import Question, Weights, rank
from cryptodesk.documents.index.generation import Generation, open_generation
from cryptodesk.documents.index.manifest import load_manifest
from cryptodesk.documents.index.names import names_in
from cryptodesk.documents.records import Document
from tests.documents.index.fixtures import NOW, CountingEncoder, document, open_index

ENCODER = CountingEncoder()


async def _generation(folder: Path, *documents: Document, missing: str | None = None) -> Generation:
    async with open_index(folder, documents, encoder=ENCODER, missing=missing):
        manifest = load_manifest(folder)
    assert manifest is not None
    return open_generation(folder, manifest)


def _ranked(
    generation: Generation, text: str, weights: Weights, *, conditions: Conditions | None = None, blind: bool = False
) -> dict[str, float]:
    question = Question(text, None if blind else ENCODER.encode(text))
    found = rank(generation, question, conditions or Conditions(), NOW.timestamp(), load_wordpiece(), weights)
    return {generation.passage(each.row)[0].document_id: each.score for each in found}


NOTHING = Weights(words=0.0, names=0.0, least=-1.0)


async def test_without_additions_the_score_is_the_cosine(tmp_path: Path) -> None:
    generation = await _generation(tmp_path, document(1, "staking rewards"), document(2, "bridge risks"))
    question = ENCODER.encode("staking rewards explained")

    scores = _ranked(generation, "staking rewards explained", NOTHING)

    assert scores["d1"] == pytest.approx(float(question @ ENCODER.encode("Title 1\nstaking rewards")), abs=1e-3)


async def test_the_best_match_of_words_gets_all_of_their_share(tmp_path: Path) -> None:
    generation = await _generation(tmp_path, document(1, "staking rewards"), document(2, "staking risks and bridges"))

    plain = _ranked(generation, "staking rewards", NOTHING)
    weighted = _ranked(generation, "staking rewards", replace(NOTHING, words=0.1))

    assert weighted["d1"] - plain["d1"] == pytest.approx(0.1, abs=1e-5)
    assert 0.0 < weighted["d2"] - plain["d2"] < 0.1


async def test_an_exact_name_outweighs_what_only_means_the_same(tmp_path: Path) -> None:
    documents = [document(number, f"proposal about fees number {number} changes base fee") for number in range(30)]
    documents.append(document(99, "An unrelated long passage about whales that in passing cites EIP-4895 once."))
    generation = await _generation(tmp_path, *documents)

    assert next(iter(_ranked(generation, "proposal EIP-4895 base fee", Weights()))) == "d99"
    assert next(iter(_ranked(generation, "EIP 4895", Weights()))) == "d99"
    assert list(_ranked(generation, "EIP-4896", Weights())) == []


async def test_a_passage_far_from_the_question_is_no_answer_unless_it_has_the_name(tmp_path: Path) -> None:
    generation = await _generation(tmp_path, document(1, "whales and krill in cold water near Beanstalk"))

    assert _ranked(generation, "how does staking work here", Weights()) == {}
    assert list(_ranked(generation, "Beanstalk", Weights())) == ["d1"]
    assert _ranked(generation, "Beanstalk Foobarium", Weights()) == {}


async def test_age_takes_at_most_its_share_of_news_and_none_of_the_rest(tmp_path: Path) -> None:
    def of(number: int, kind: str, days: float) -> Document:
        return document(number, "staking", title="T", type=kind, published_at=NOW - timedelta(days=days))

    generation = await _generation(
        tmp_path,
        *(of(1, "news", 0), of(2, "news", 3), of(3, "news", 6), of(4, "social_post", 400), of(5, "specification", 400)),
        replace(of(6, "news", 0), published_at=None, known_at=NOW - timedelta(days=3)),
    )  # fmt: skip

    scores = _ranked(generation, "T staking", NOTHING)

    shares = {name: score / scores["d5"] for name, score in scores.items()}
    expected = {"d1": 1.0, "d2": 0.85, "d3": 0.775, "d4": 0.7, "d5": 1.0, "d6": 0.85}
    assert shares == pytest.approx(expected, abs=2e-3)


async def test_fresh_news_is_found_among_very_many_better_matches_that_are_old(tmp_path: Path) -> None:
    old = [document(n, "bitcoin etf approved", type="news", published_at=NOW - timedelta(days=300)) for n in range(300)]
    fresh = document(999, "bitcoin etf approved", type="news", published_at=NOW)
    generation = await _generation(tmp_path / "a", *old, fresh)
    blind = await _generation(tmp_path / "b", *old, fresh, missing="off")

    assert next(iter(_ranked(generation, "bitcoin etf approved", Weights()))) == "d999"
    assert next(iter(_ranked(blind, "bitcoin etf approved", Weights(), blind=True))) == "d999"


async def test_a_wide_filter_asks_for_more_and_misses_nothing(tmp_path: Path) -> None:
    documents = [
        document(number, "staking " * (1 + number % 7), language="de" if number % 2 else "en") for number in range(700)
    ]
    generation = await _generation(tmp_path, *documents)
    german = Conditions(language="de")
    assert generation.texts is not None

    found = _ranked(generation, "staking", replace(NOTHING, words=1.0), conditions=german)

    expected = generation.texts.rank("staking", german, 128)
    best = {generation.passage(int(row))[0].document_id for row in generation.rows(expected)}
    assert all(int(name[1:]) % 2 for name in found)
    assert best <= set(found)


async def test_names_are_weighed_by_how_rare_they_are(tmp_path: Path) -> None:
    documents = [
        document(number, f"Solana text {number}" + (" and Firedancer" if number < 2 else "")) for number in range(40)
    ]
    generation = await _generation(tmp_path, *documents)
    assert generation.texts is not None

    weights = dict(names_in("Is Firedancer on Solana live?", generation.texts, load_wordpiece()))

    assert "solana" not in weights  # everywhere, so it sets nothing apart
    assert 0.5 < weights["firedancer"] <= 1.0


async def test_a_word_in_capitals_of_one_letter_is_no_name(tmp_path: Path) -> None:
    generation = await _generation(tmp_path, document(1, "I am a text"))
    assert generation.texts is not None

    assert names_in("What can I do?", generation.texts, load_wordpiece()) == []


async def test_equal_scores_keep_the_order_of_the_index(tmp_path: Path) -> None:
    generation = await _generation(tmp_path, *(document(number, "same", title="T") for number in range(20)))

    runs = [list(_ranked(generation, "same", Weights())) for _ in range(3)]

    assert runs[0] == runs[1] == runs[2] == [f"d{number}" for number in range(20)]


def test_the_weights_are_small_beside_a_cosine() -> None:
    weights = Weights()

    assert 0 < weights.words <= 0.2
    assert np.isclose(weights.old_news, 0.7)
