"""The words of a pattern: no text without them matches it, which is tried for every pattern of the product."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from random import Random
from types import ModuleType

import pytest

from cryptodesk.core.pattern_words import FILE_NAME, Words, fits, key_of, words_of
from tests.core.drawn_texts import draw_texts

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "write_pattern_words.py"
_TEXTS_OF_EACH = 8
_QUESTIONS_OF_EACH = 6


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_pattern_words", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def questions() -> list[str]:
    folder = files("cryptodesk.evaluation") / "questions"
    lines = [
        line for path in folder.iterdir() if path.name.endswith(".jsonl") for line in path.read_text().splitlines()
    ]
    return [json.loads(line)["text"] for line in lines]


def words(script: ModuleType, pattern: str, flags: int = 0) -> Words | None:
    need = script.need_of(pattern, flags)
    found: Words | None = None if need is None else script.encoded(need)
    return found


def test_the_file_is_that_of_the_code() -> None:
    done = subprocess.run([sys.executable, str(SCRIPT), "--check"], check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


def test_no_text_that_a_pattern_of_the_product_matches_is_refused(script: ModuleType, questions: list[str]) -> None:
    random, tried, matched = Random(7), 0, 0
    for pattern in script.patterns():
        known = words(script, pattern.pattern, pattern.flags)
        if known is None:
            continue
        tried += 1
        compiled = re.compile(pattern.pattern, pattern.flags)
        drawn = draw_texts(pattern.pattern, pattern.flags, random, _TEXTS_OF_EACH)
        asked = random.sample(questions, _QUESTIONS_OF_EACH)
        texts = [*drawn, *(f"{random.choice(asked)} {text} x" for text in drawn), *asked, *map(str.lower, asked)]
        found = [text for text in texts if compiled.search(text)]
        matched += bool(found)
        assert all(fits(known, text, pattern.flags) for text in found), pattern

    assert tried > 1000
    assert matched > 0.95 * tried


def test_most_questions_are_refused_by_most_patterns(script: ModuleType, questions: list[str]) -> None:
    known = [words_of(pattern.pattern, pattern.flags) for pattern in script.patterns()]
    asked = [text.lower() for text in Random(7).sample(questions, 10)]

    passed = sum(1 for each in known for text in asked if each is None or fits(each, text, 0))

    assert passed < 0.25 * len(known) * len(asked)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"\bgas\b", ["gas"]),
        (r"\b(?:gas|gwei)\b", ["gwei", "gas"]),
        (r"gains?", ["gain"]),
        (r"\bhow (?:much|many)\b.{0,20}\bfees?\b", [["fee", ["how many", "how much"]]]),
        (r"(?:very )?big|tall", ["tall", "big"]),
        (r"(?=stake)\w+", ["stake"]),
        (r"(?<=un)stake(?!d)", [["stake", "un"]]),
        (r"[ab]1", ["a1", "b1"]),
        (r"(?:ab){2,3}", ["ab"]),
        (r"a(?P<x>b)c", ["abc"]),
    ],
)
def test_words_are_what_every_match_holds(script: ModuleType, pattern: str, expected: Words) -> None:
    found = words(script, pattern)

    assert json.loads(json.dumps(found)) == json.loads(json.dumps(expected))


@pytest.mark.parametrize(
    "pattern", [r"\d+", r"a?", r"a|", r"(?:a|\w)", r"[^a]", r"(?i)gas", r"(?i:gas)", r"(?!gas)", r"a*"]
)
def test_nothing_is_known_of_a_pattern_that_may_match_without_any(script: ModuleType, pattern: str) -> None:
    assert words(script, pattern) is None


def test_case_is_ignored_where_the_pattern_ignores_it(script: ModuleType) -> None:
    known = words(script, "Gas|Ü", re.IGNORECASE), words(script, "Gas", re.IGNORECASE), words(script, "Gas|Ü")

    assert known == (None, ["gas"], ["Gas", "Ü"])
    assert fits(["gas"], "GAS", re.IGNORECASE)
    assert not fits(["Gas"], "gas", 0)


def test_letters_beyond_ascii_that_match_those_of_ascii_are_read_as_they_are() -> None:
    beyond = "".join(chr(point) for point in range(128, sys.maxunicode + 1) if not 0xD800 <= point < 0xE000)
    alike = re.findall("[a-z]", beyond, re.IGNORECASE)

    assert len(alike) >= 4
    for letter in alike:
        plain = next(each for each in "abcdefghijklmnopqrstuvwxyz" if re.fullmatch(each, letter, re.IGNORECASE))
        assert fits([f"x{plain}x"], f"X{letter}X", re.IGNORECASE)


def test_all_of_some_and_any_of_others() -> None:
    known = ["gas", ["how", ["fee", "cost"]]]

    assert [fits(known, text, 0) for text in ("gas", "how", "fee", "how, cost", "")] == [
        True,
        False,
        False,
        True,
        False,
    ]


def test_a_pattern_is_found_by_its_text_and_flags() -> None:
    line = (files("cryptodesk.core") / FILE_NAME).read_text("utf-8").split("\n", 1)[0]

    assert len({key_of("gas", 0), key_of("gas", re.IGNORECASE), key_of("gas ", 0), line.split("\t")[0]}) == 4
    assert words_of("a pattern of nobody", 0) is None
