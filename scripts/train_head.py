"""Trains the head that breaks the analyst's ties, and writes its weights.

    python scripts/train_head.py              writes the file
    python scripts/train_head.py --check      says whether it is up to date, and ends with 1 if not
    python scripts/train_head.py --measure    prints how often it is right on examples it was not trained on

Run it after a skill, its examples, `head_examples.toml`, the directory of assets or the encoder has changed. A skill
that the file does not know is answered all the same: ties with it are the parser's. No question of the evaluation is
learned, nor one that differs from it in the asset alone.

Multinomial logistic regression with a penalty on the square of the weights, every class of the same weight, by
accelerated gradient descent from zero: no random numbers, so the same vectors give the same bytes. Another processor
embeds a little differently, which the check allows for.
Source: Nesterov, "A method of solving a convex programming problem with convergence rate O(1/k^2)" (1983).
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from cryptodesk.documents.embedding import MODEL_ID, load_encoder
from cryptodesk.evaluation.sets import load_questions
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.identity.mentions import AssetMentions, Mention
from cryptodesk.market.records import Asset
from cryptodesk.models.analyst.head import FILE_NAME, Head, load_head, pack_head, parse_head
from cryptodesk.models.analyst.parser import find_tie, parse
from cryptodesk.models.analyst.reading import clean, read
from cryptodesk.models.analyst.skills import load_skills
from cryptodesk.models.analyst.ties import MARGIN, Tie, masked_question

FOLDER = Path(__file__).parent.parent / "src" / "cryptodesk" / "models" / "analyst"
EXAMPLES = FOLDER / "head_examples.toml"
PENALTY, STEPS = 1e-4, 300
FOLDS = 10
# What lies outside cannot be learned from examples of it.
LEFT_OUT = frozenset({"out_of_field"})
LEAST_COSINE = 0.99
# Only relative words ("last week") depend on it, and no wording does.
TODAY = date(2026, 1, 1)

Array = npt.NDArray[np.float64]


class Example(Struct, frozen=True):
    text: str
    masked: str
    name: str


class Knowledge:
    """The shipped directory, as the analyst is lent it."""

    def __init__(self) -> None:
        self._directory = AssetDirectory()
        self._mentions = AssetMentions(self._directory)

    def find(self, text: str) -> Sequence[Mention]:
        return self._mentions.find(text)

    def facts(self, asset_id: int | str) -> Asset | None:
        return self._directory.by_id(int(asset_id))


def masked(text: str, knowledge: Knowledge) -> str:
    return masked_question(read(clean(text), knowledge, TODAY))


def words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text))


def load_examples(knowledge: Knowledge) -> list[Example]:
    """Those of the file and of every skill, each masked text once a class, without what the evaluation asks. A text of
    two classes is meant: it says that only the asset, or nothing, tells them apart, and leaves them to the rules."""
    asked = {words(masked(question.text, knowledge)) for question in load_questions(("all",))}
    found: dict[tuple[str, str], Example] = {}
    for name, text in _phrasings():
        example = Example(text, masked(text, knowledge), name)
        if words(example.masked) not in asked:
            found.setdefault((name, example.masked), example)
    return sorted(found.values(), key=lambda example: (example.name, example.masked))


def _phrasings() -> Iterable[tuple[str, str]]:
    for name, texts in tomllib.loads(EXAMPLES.read_text("utf-8")).items():
        yield from ((name, text) for text in texts)
    for name, skill in load_skills().items():
        if name in LEFT_OUT:
            continue
        yield from ((name, text) for text in skill.examples)


def fingerprint_of(examples: Iterable[Example]) -> str:
    lines = [MODEL_ID, repr((PENALTY, STEPS)), *(f"{example.name}\t{example.masked}" for example in examples)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def embed(texts: Iterable[str]) -> Array:
    encoder = load_encoder()
    return np.stack([encoder.encode(text) for text in texts]).astype(np.float64)


def train(vectors: Array, places: Array, classes: int) -> Array:
    """A row for each class, its bias last."""
    inputs = np.hstack([vectors, np.ones((len(vectors), 1))])
    wanted = np.eye(classes)[places.astype(int)]
    share = 1.0 / (classes * np.maximum(wanted.sum(axis=0), 1.0))[places.astype(int)]
    step = 1.0 / (0.5 * np.linalg.norm(inputs * np.sqrt(share)[:, None], 2) ** 2 + PENALTY)
    weights = ahead = np.zeros((inputs.shape[1], classes))
    pace = 1.0
    for _ in range(STEPS):
        slope = inputs.T @ ((_probabilities(inputs @ ahead) - wanted) * share[:, None])
        slope[:-1] += PENALTY * ahead[:-1]
        before, weights = weights, ahead - step * slope
        last, pace = pace, (1.0 + np.sqrt(1.0 + 4.0 * pace * pace)) / 2.0
        ahead = weights + (last - 1.0) / pace * (weights - before)
    return np.ascontiguousarray(weights.T)


def _probabilities(scores: Array) -> Array:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    found: Array = powers / powers.sum(axis=1, keepdims=True)
    return found


def fit(examples: Sequence[Example], vectors: Array) -> bytes:
    """The file's bytes."""
    names = sorted({example.name for example in examples})
    places = np.array([names.index(example.name) for example in examples], np.float64)
    rows = train(vectors, places, len(names))
    return pack_head(
        MODEL_ID, fingerprint_of(examples), {name: row.tolist() for name, row in zip(names, rows, strict=True)}
    )


def check(knowledge: Knowledge) -> str | None:
    """Why the file is not up to date; None if it is."""
    held = load_head()
    if held is None:
        return "it cannot be read"
    examples = load_examples(knowledge)
    if held.model_id != MODEL_ID or held.fingerprint != fingerprint_of(examples):
        return "the examples or the encoder have changed"
    fresh = parse_head(fit(examples, embed(example.masked for example in examples)))
    far = [name for name in held.classes if cosine(held.row(name), fresh.row(name)) < LEAST_COSINE]
    return f"other weights of {', '.join(far)}" if far else None


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    first, second = np.array(one), np.array(other)
    return float(first @ second) / max(float(np.linalg.norm(first) * np.linalg.norm(second)), 1e-12)


class Score(Struct):
    """Counts of ties: how many, how many that the head knows and hold the right reading, and who was right."""

    asked: int = 0
    solvable: int = 0
    parser: int = 0
    head: int = 0
    mended: int = 0
    broken: int = 0

    def add(self, right: str, tie: Tie, chosen: str) -> None:
        first = tie.candidates[0][0]
        self.asked += 1
        self.solvable += any(name == right for name, _ in tie.candidates)
        self.parser += first == right
        self.head += chosen == right
        self.mended += chosen == right != first
        self.broken += chosen != right == first


def measure(knowledge: Knowledge) -> str:
    """Each example is judged by a head that was trained without it."""
    examples = load_examples(knowledge)
    vectors = embed(example.masked for example in examples)
    fold = np.random.default_rng(0).permutation(len(examples)) % FOLDS
    score, right, alone = Score(), 0, 0
    for number in range(FOLDS):
        kept = [example for example, of in zip(examples, fold, strict=True) if of != number]
        head = parse_head(fit(kept, vectors[fold != number]))
        for example, vector in ((examples[at], vectors[at]) for at in np.flatnonzero(fold == number)):
            chosen, tie = decision(head, example, vector.tolist(), knowledge)
            right, alone = right + (chosen == example.name), alone + (first_of(example, knowledge) == example.name)
            if tie is not None and len(head.known(tie)) > 1:
                score.add(example.name, tie, chosen)
    return (
        f"{len(examples)} examples of {len({example.name for example in examples})} classes; margin {MARGIN}\n"
        f"right: parser alone {alone}, with head {right}\n"
        f"ties: {score.asked}, with the right reading among them {score.solvable}; "
        f"right: parser {score.parser}, head {score.head} (mended {score.mended}, broken {score.broken})"
    )


def first_of(example: Example, knowledge: Knowledge) -> str:
    plan = parse(example.text, knowledge, TODAY)
    return plan.skill or plan.intent


def decision(head: Head, example: Example, vector: Sequence[float], knowledge: Knowledge) -> tuple[str, Tie | None]:
    tie = find_tie(example.text, knowledge, TODAY)
    found = None if tie is None else head.weigh(vector, tie)
    return (first_of(example, knowledge) if found is None else found.chosen), tie


def unheard(classes: Iterable[str]) -> Mapping[str, Sequence[str]]:
    known, skills = set(classes), set(load_skills())
    return {"skills without examples": sorted(skills - known), "of no skill": sorted(known - skills)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, say whether the file is up to date")
    parser.add_argument("--measure", action="store_true", help="write nothing, cross-validate")
    arguments = parser.parse_args()
    knowledge = Knowledge()
    if arguments.measure:
        print(measure(knowledge))
    elif arguments.check:
        if (reason := check(knowledge)) is not None:
            sys.exit(f"{FILE_NAME} is not up to date: {reason}; run: python scripts/train_head.py")
    else:
        examples = load_examples(knowledge)
        content = fit(examples, embed(example.masked for example in examples))
        (FOLDER / FILE_NAME).write_bytes(content)
        head = parse_head(content)
        print(f"{FILE_NAME}: {len(head.classes)} classes, {len(examples):,} examples, {len(content):,} bytes")
        for label, names in unheard(head.classes).items():
            print(f"  {label}: {', '.join(names) or 'none'}")


if __name__ == "__main__":
    main()
