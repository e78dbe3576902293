"""One encoder for library and analyst, made late, and lent vectors that are missing rather than raised for."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from cryptodesk.app.desk import Desk
from cryptodesk.app.embedding import SharedEmbedder
from cryptodesk.core.events import RunFold
from cryptodesk.documents import embedding
from cryptodesk.documents.embedding import DIMENSIONS, MODEL_ID, Embedder, EmbeddingUnavailable, Vector
from cryptodesk.settings import load_settings


class Encoder:
    def encode(self, text: str) -> Vector:
        return np.full(DIMENSIONS, len(text), np.float32)


class Made:
    """Stands for the class of embedders and counts what it made."""

    def __init__(self, *, is_missing: bool = False) -> None:
        self.is_missing = is_missing
        self.count = 0

    def __call__(self, *, load_light: object = None) -> Embedder:
        self.count += 1
        self.is_light = load_light is not None
        return Embedder(Encoder, missing=lambda: "onnxruntime is missing" if self.is_missing else None)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Made:
    made = Made()
    monkeypatch.setattr(embedding, "Embedder", made)
    return made


async def test_a_vector_comes_with_the_encoder_that_made_it(made: Made) -> None:
    shared = SharedEmbedder()
    assert await shared.embed("abc") == (MODEL_ID, [3.0] * DIMENSIONS)
    shared.close()


async def test_nothing_is_made_before_it_is_needed_and_then_once(made: Made) -> None:
    shared = SharedEmbedder()
    shared.close()
    assert made.count == 0
    await shared.embed("a")
    await shared.embed("b")
    assert shared.get() is shared.get()
    assert made.count == 1
    shared.close()


async def test_only_a_desk_that_is_asked_a_question_or_two_embeds_by_the_light_encoder(made: Made) -> None:
    for is_brief in (False, True):
        shared = SharedEmbedder(is_brief=is_brief)
        shared.get()
        assert made.is_light is is_brief
        shared.close()


async def test_where_vectors_cannot_be_had_there_is_none(made: Made) -> None:
    made.is_missing = True
    shared = SharedEmbedder()
    assert await shared.embed("abc") is None
    with pytest.raises(EmbeddingUnavailable):
        await shared.get().embed_question("abc")


async def test_a_closed_one_gives_none(made: Made) -> None:
    shared = SharedEmbedder()
    await shared.embed("abc")
    shared.close()
    assert await shared.embed("other") is None


async def test_a_desk_without_onnxruntime_plans_and_answers_by_the_rules(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.is_missing = True
    question = "how risky is SOL compared with ETH"
    async with Desk(load_settings(home=tmp_path, data="simulated")) as desk:
        assert await desk.break_ties(question) == {}
        assert desk.plan(question)[0].tie_break == ()
        fold = RunFold()
        async for batch in desk.engine.run(desk.question(question)):
            for event in batch:
                fold.add(event)
    assert fold.finished is not None
    assert "Solana" in fold.text


async def test_library_and_analyst_share_one_encoder(made: Made, tmp_path: Path) -> None:
    async with Desk(load_settings(home=tmp_path, data="snapshot", documents_sync=False)) as desk:
        await desk.documents.count()
        await desk.break_ties("how risky is SOL compared with ETH")
        assert "cryptodesk.app.library" in sys.modules
        assert made.count == 1
