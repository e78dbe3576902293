"""The embedder answers in order, lets questions go first, and fails in words instead of waiting for ever."""

from __future__ import annotations

import asyncio
import threading

import numpy as np
import pytest

from cryptodesk.documents.embedding import Embedder, EmbeddingUnavailable, Vector


class Lengths:
    """A text's vector is its length; a text that begins with "wait" waits for `gate`."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.waiting = threading.Event()
        self.seen: list[str] = []

    def encode(self, text: str) -> Vector:
        if text.startswith("wait"):
            self.waiting.set()
            assert self.gate.wait(20)
        if text == "bad":
            raise ArithmeticError("of the runtime")
        self.seen.append(text)
        return np.full(384, len(text), np.float32)


@pytest.fixture
def lengths() -> Lengths:
    return Lengths()


@pytest.fixture
def embedder(lengths: Lengths) -> object:
    made = Embedder(lambda: lengths, missing=lambda: None, threads=1)
    yield made
    lengths.gate.set()
    made.close()


async def test_rows_are_in_the_order_of_the_texts(embedder: Embedder) -> None:
    rows = await embedder.embed([character * size for size, character in enumerate("abcdefgh" * 100)])

    assert rows[:, 0].tolist() == list(range(800))
    assert (await embedder.embed([])).shape == (0, 384)


def test_a_thread_that_may_wait_gets_the_same(embedder: Embedder) -> None:
    assert embedder.embed_now(["a", "bcd"])[:, 0].tolist() == [1, 3]


async def test_a_question_goes_before_passages_that_wait(embedder: Embedder, lengths: Lengths) -> None:
    passages = asyncio.create_task(embedder.embed(["wait", "passage one", "passage two"]))
    await asyncio.to_thread(lengths.waiting.wait, 20)
    question = asyncio.create_task(embedder.embed_question("question"))
    await asyncio.sleep(0)
    lengths.gate.set()

    await asyncio.gather(passages, question)

    assert lengths.seen == ["wait", "question", "passage one", "passage two"]


async def test_a_question_is_remembered_and_its_vector_cannot_be_changed(embedder: Embedder, lengths: Lengths) -> None:
    vector = await embedder.embed_question("again")
    again = await embedder.embed_question("again")

    assert lengths.seen == ["again"]
    with pytest.raises(ValueError, match="read-only"):
        again[0] = 7
    assert vector is again


async def test_only_the_latest_questions_are_remembered(lengths: Lengths) -> None:
    embedder = Embedder(lambda: lengths, missing=lambda: None, most_remembered=2)
    for text in ("one", "two", "one", "three", "one", "two"):
        await embedder.embed_question(text)
    embedder.close()

    assert lengths.seen == ["one", "two", "three", "two"]


async def test_cancelling_leaves_undone_what_has_not_begun(embedder: Embedder, lengths: Lengths) -> None:
    passages = asyncio.create_task(embedder.embed(["wait", "never", "never"]))
    await asyncio.to_thread(lengths.waiting.wait, 20)
    passages.cancel()
    with pytest.raises(asyncio.CancelledError):
        await passages
    lengths.gate.set()
    await embedder.embed(["after"])

    assert lengths.seen == ["wait", "after"]


async def test_a_text_that_fails_fails_alone(embedder: Embedder) -> None:
    with pytest.raises(EmbeddingUnavailable, match="could not be embedded: ArithmeticError"):
        await embedder.embed(["bad"])

    assert embedder.fault is None
    assert (await embedder.embed(["good"]))[0, 0] == 4


async def test_a_known_lack_fails_at_once_and_starts_nothing() -> None:
    embedder = Embedder(missing=lambda: "onnxruntime is missing")

    assert embedder.fault == "onnxruntime is missing"
    with pytest.raises(EmbeddingUnavailable, match="onnxruntime is missing"):
        await embedder.embed_question("text")
    embedder.close()


async def test_a_model_that_cannot_be_loaded_fails_everything_that_waits() -> None:
    loads = []

    def load() -> Lengths:
        loads.append(1)
        raise EmbeddingUnavailable("its sha256 differs")

    embedder = Embedder(load, missing=lambda: None, threads=2)
    found = await asyncio.gather(*(embedder.embed(["a", "b"]) for _ in range(20)), return_exceptions=True)
    embedder.close()

    assert {str(each) for each in found} == {"its sha256 differs"}
    assert embedder.fault == "its sha256 differs"
    assert len(loads) == 1


async def test_more_texts_than_may_wait_are_refused(lengths: Lengths) -> None:
    embedder = Embedder(lambda: lengths, missing=lambda: None, threads=1, most_waiting=3)
    busy = asyncio.create_task(embedder.embed(["wait"]))
    await asyncio.to_thread(lengths.waiting.wait, 20)

    with pytest.raises(EmbeddingUnavailable, match="3 texts are waiting already"):
        await embedder.embed(["a", "b", "c", "d"])

    lengths.gate.set()
    await busy
    embedder.close()


async def test_closing_ends_the_threads_and_fails_what_waits(lengths: Lengths) -> None:
    embedder = Embedder(lambda: lengths, missing=lambda: None, threads=2)
    running = [asyncio.create_task(embedder.embed([f"wait {number}"])) for number in range(2)]
    await asyncio.to_thread(lengths.waiting.wait, 20)
    waiting = asyncio.create_task(embedder.embed(["never"] * 50))
    await asyncio.sleep(0)
    closing = asyncio.create_task(asyncio.to_thread(embedder.close))
    with pytest.raises(EmbeddingUnavailable, match="closed"):
        await waiting
    lengths.gate.set()
    await closing

    await asyncio.gather(*running, return_exceptions=True)
    embedder.close()
    assert "never" not in lengths.seen
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("embedder-")]
    with pytest.raises(EmbeddingUnavailable, match="closed"):
        await embedder.embed_question("late")


class TestLightEncoder:
    """An encoder that is there sooner answers the first questions."""

    async def test_a_question_or_two_load_no_other(self) -> None:
        light = Lengths()
        embedder = Embedder(_never, load_light=lambda: light, missing=lambda: None)
        await asyncio.gather(*(embedder.embed_question(text) for text in ("one", "three")))
        embedder.close()

        assert sorted(light.seen) == ["one", "three"]

    async def test_passages_are_never_given_to_it(self, lengths: Lengths) -> None:
        embedder = Embedder(lambda: lengths, load_light=_never, missing=lambda: None)
        await embedder.embed(["a passage"])
        await embedder.embed_question("a question after it")
        embedder.close()

        assert lengths.seen == ["a passage", "a question after it"]

    async def test_after_some_questions_the_other_takes_over(self, lengths: Lengths) -> None:
        light, loads = Lengths(), []

        def load_light() -> Lengths:
            loads.append(1)
            return light

        embedder = Embedder(lambda: lengths, load_light=load_light, missing=lambda: None, threads=1)
        for number in range(20):
            await embedder.embed_question(f"question {number}")
        embedder.close()

        assert (len(loads), len(light.seen), len(lengths.seen)) == (1, 16, 4)

    async def test_one_that_cannot_be_loaded_is_said_like_the_other(self) -> None:
        def load_light() -> Lengths:
            raise EmbeddingUnavailable("the model file is empty")

        embedder = Embedder(_never, load_light=load_light, missing=lambda: None)
        with pytest.raises(EmbeddingUnavailable, match="is empty"):
            await embedder.embed_question("text")
        embedder.close()

        assert embedder.fault == "the model file is empty"


def _never() -> Lengths:
    raise AssertionError("nobody asked for it")
