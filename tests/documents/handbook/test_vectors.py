"""The vectors that ship are those of the handbook as it is, so a fresh desk computes none; a bad file does no harm."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from importlib import util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from cryptodesk.documents.embedding import load_encoder
from cryptodesk.documents.handbook import vectors
from cryptodesk.documents.handbook.vectors import pack_vectors, parse_vectors, shipped_vectors
from tests.documents.index.fixtures import CountingEncoder, open_index, unit_vectors

REPOSITORY = Path(__file__).parents[3]
MEND = "the handbook's passages have changed; run: python scripts/embed_handbook.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = util.spec_from_file_location("embed_handbook", REPOSITORY / "scripts" / "embed_handbook.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def texts(script: ModuleType) -> dict[bytes, str]:
    found: dict[bytes, str] = script.passages()
    return found


@pytest.fixture
def reread() -> Iterator[None]:
    """The file is read anew in the test, and after it."""
    vectors._load.cache_clear()
    yield
    vectors._load.cache_clear()


def _key(number: int) -> bytes:
    return number.to_bytes(32, "little")


def _packed(count: int = 3) -> bytes:
    return pack_vectors({_key(number): vector for number, vector in enumerate(unit_vectors(count))})


def test_every_passage_of_every_article_has_its_vector(texts: dict[bytes, str]) -> None:
    held = parse_vectors((REPOSITORY / "src/cryptodesk/documents/handbook" / vectors.FILE_NAME).read_bytes())

    assert len(texts) > 300
    assert held.keys() == texts.keys(), MEND


def test_some_of_them_computed_anew_are_the_same(script: ModuleType, texts: dict[bytes, str]) -> None:
    # Another processor multiplies a little differently.
    some = random.Random(3).sample(sorted(texts), 6)
    shipped = shipped_vectors(some)
    encoder = load_encoder()

    assert [key for key in some if script.cosine(shipped[key], encoder.encode(texts[key])) < 0.99] == [], MEND


async def test_an_index_of_the_handbook_embeds_nothing(script: ModuleType, tmp_path: Path) -> None:
    encoder = CountingEncoder()
    async with open_index(tmp_path, script.documents(), encoder=encoder, shipped=shipped_vectors) as index:
        status = index.status()

    assert (status.passages, status.unembedded) == (len(script.passages()), 0)
    assert encoder.encoded == 0, MEND


def test_a_vector_is_kept_as_finely_as_an_index_keeps_it() -> None:
    made = unit_vectors(50)
    held = parse_vectors(pack_vectors({_key(number): vector for number, vector in enumerate(made)}))

    for number, vector in enumerate(made):
        assert held[_key(number)].dtype == np.float16
        # Half a step of the bytes, and what a half float rounds off.
        np.testing.assert_allclose(held[_key(number)], vector, rtol=1e-3, atol=float(np.abs(vector).max()) / 254 + 1e-4)


def test_the_same_vectors_are_the_same_bytes_in_any_order() -> None:
    made = {_key(number): vector for number, vector in enumerate(unit_vectors(5))}

    assert pack_vectors(made) == pack_vectors(dict(reversed(made.items())))


def test_a_vector_of_nothing_stays_nothing() -> None:
    held = parse_vectors(pack_vectors({_key(1): np.zeros(384, np.float32)}))

    assert not held[_key(1)].any()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"CDVECTS1",
        _packed()[:-1],
        _packed()[:500] + b"\0" + _packed()[501:],
        b"\0" * 2_000,
        pack_vectors({_key(1): np.ones(100, np.float32)}),
    ],
)
def test_a_file_that_is_not_whole_ships_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, reread: None, content: bytes
) -> None:
    (tmp_path / vectors.FILE_NAME).write_bytes(content)
    monkeypatch.setattr(vectors, "files", lambda _package: tmp_path)

    with pytest.raises(ValueError, match=vectors.FILE_NAME):
        parse_vectors(content)
    assert shipped_vectors([_key(0), _key(1)]) == {}


def test_without_the_file_nothing_is_shipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, reread: None) -> None:
    monkeypatch.setattr(vectors, "files", lambda _package: tmp_path)

    assert shipped_vectors([_key(0)]) == {}


def test_the_script_tells_a_stale_file_from_one_that_is_up_to_date(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "load_encoder", CountingEncoder)
    monkeypatch.setattr(script, "passages", lambda: {_key(1): "one", _key(2): "two"})
    path = tmp_path / "vectors.bin"

    assert "No such file" in script.check(path)
    assert script.write(path) == 2
    first = path.read_bytes()
    assert script.check(path) is None
    script.write(path)
    assert path.read_bytes() == first

    monkeypatch.setattr(script, "passages", lambda: {_key(1): "another", _key(3): "three"})
    assert script.check(path) == "1 passages without a vector; 1 vectors of no passage; 1 vectors of something else"
    monkeypatch.setattr(sys, "argv", ["embed_handbook.py", "--check", "--target", str(path)])
    with pytest.raises(SystemExit, match=r"not up to date.*run: python scripts/embed_handbook\.py"):
        script.main()
