"""The shipped questions are well formed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cryptodesk.evaluation.operations import OPERATIONS
from cryptodesk.evaluation.records import Question, Term
from cryptodesk.evaluation.sets import QuestionSetError, Selection, load_questions, parse_questions, read_folder, select
from cryptodesk.models.analyst.schema_check import matches
from cryptodesk.tools import tool_specs

ALL = load_questions(("all",))
OWN = load_questions()
DEV = [question for question in OWN if question.part == "dev"]
HELD_OUT = [question for question in ALL if question.part == "held_out"]
SCHEMAS = {spec.name: spec.parameters for spec in tool_specs()}
FAMILIES = {
    "price", "change", "compare", "rank", "history", "extremes", "volatility", "drawdown", "correlation", "ratios",
    "dominance", "technicals", "overview", "fear_greed", "gas", "trending", "movers", "narratives", "screener",
    "metadata", "supply", "halving", "unlocks", "raises", "tvl", "stablecoins", "derivatives", "exchanges", "nfts",
    "sentiment", "news", "why_moved", "concepts", "portfolio", "conversion", "followups", "several", "refusals",
    "bad_input", "close_calls",
}  # fmt: skip


def terms(question: Question) -> Iterator[Term]:
    for figure in question.figures:
        for term in (figure.value, *figure.either, *figure.wrong):
            yield from _with_parts(term)


def _with_parts(term: Term) -> Iterator[Term]:
    yield term
    for part in term.of:
        yield from _with_parts(part)


def test_there_are_more_than_four_hundred_dev_questions_and_all_families_have_at_least_five() -> None:
    assert len(DEV) >= 400
    counts = Counter(question.family for question in DEV)
    assert set(counts) == FAMILIES
    assert min(counts.values()) >= 5


def test_held_out_questions_are_of_the_same_families() -> None:
    assert {question.family for question in HELD_OUT} <= FAMILIES


def test_ids_are_unique_and_name_family_and_part() -> None:
    assert len({question.id for question in ALL}) == len(ALL)
    for question in ALL:
        held_out = "h" if question.part == "held_out" else ""
        assert re.fullmatch(rf"{question.family}-{held_out}\d{{3}}", question.id), question.id


def test_no_question_is_asked_twice() -> None:
    asked = Counter((question.market, question.earlier, question.text.casefold()) for question in ALL)
    assert [text for text, count in asked.items() if count > 1] == []


def test_both_markets_are_asked() -> None:
    counts = Counter(question.market for question in DEV)
    assert min(counts["snapshot"], counts["simulated"]) >= 150


def test_tools_that_questions_name_exist() -> None:
    named = {
        name
        for question in ALL
        for entry in (
            *question.required,
            *question.allowed,
            *question.forbidden,
            *(call.tool for call in question.calls),
        )
        for name in entry.split("|")
    }
    assert named <= set(SCHEMAS)


def test_arguments_of_gold_figures_and_searches_are_valid() -> None:
    wrong = [
        (question.id, term.tool, term.arguments)
        for question in ALL
        for term in terms(question)
        if term.tool and not matches(term.arguments, SCHEMAS[term.tool], SCHEMAS[term.tool])
    ]
    schema = SCHEMAS["cmc_content_search"]
    wrong += [
        (question.id, "cmc_content_search", search)
        for question in ALL
        if question.documents
        for search in question.documents.searches
        if not matches(search, schema, schema)
    ]
    assert wrong == []


def test_arguments_of_gold_calls_are_fields_of_the_tool_and_plain_values_are_valid() -> None:
    wrong = [
        (question.id, name, value)
        for question in ALL
        for call in question.calls
        for name, value in call.arguments.items()
        if not _fits(SCHEMAS[call.tool], name, value)
    ]
    assert wrong == []


def _fits(schema: dict[str, Any], name: str, value: Any) -> bool:
    field = schema["properties"].get(name)
    return field is not None and (isinstance(value, dict) or matches(value, field, schema))


def test_every_term_is_a_cell_an_operation_or_a_literal() -> None:
    for question in ALL:
        for term in terms(question):
            kinds = [bool(term.tool and term.path), bool(term.op and term.of), term.value is not None]
            assert kinds.count(True) == 1, question.id
            assert not term.op or term.op in OPERATIONS, question.id


def test_patterns_can_be_compiled_and_try_no_longer_than_the_text() -> None:
    for question in ALL:
        for pattern in (*question.must_say, *question.must_not_say):
            re.compile(pattern)


def test_every_own_question_is_judged_by_more_than_its_behaviour_or_by_what_it_must_not_do() -> None:
    bare = [
        question.id
        for question in OWN
        if not (question.required or question.calls or question.figures or question.documents or question.forbidden)
        and not (question.must_say or question.must_not_say or question.expect != ("answer",))
    ]
    assert bare == []


def test_collected_questions_carry_label_reason_and_source() -> None:
    collected = [question for question in ALL if question.family == "real_users"]
    assert len(collected) == 99
    assert all(question.label and question.reason and question.source for question in collected)
    assert {question.label for question in collected} == {"answered", "partly", "declined"}
    assert all(question.label is None for question in OWN)


def test_a_selection_takes_families_parts_markets_and_a_limit() -> None:
    chosen = select(ALL, Selection(families=("price", "gas"), parts=("dev",), markets=("simulated",), limit=2))
    assert Counter(question.family for question in chosen) == {"price": 2, "gas": 2}
    assert {(question.part, question.market) for question in chosen} == {("dev", "simulated")}


LINE = '{"id":"%s","family":"%s","part":"%s","market":"snapshot","text":"hi"}'


def test_the_held_out_part_is_a_folder_of_its_own_and_joins_its_family(tmp_path: Path) -> None:
    (tmp_path / "gas.jsonl").write_text(LINE % ("gas-001", "gas", "dev"))
    (tmp_path / "held_out").mkdir()
    (tmp_path / "held_out" / "gas.jsonl").write_text(LINE % ("gas-h001", "gas", "held_out"))
    (tmp_path / "held_out" / "nfts.jsonl").write_text(LINE % ("nfts-h001", "nfts", "held_out"))
    found = read_folder(tmp_path)
    assert {family: [each.id for each in questions] for family, questions in found.items()} == {
        "gas": ["gas-001", "gas-h001"],
        "nfts": ["nfts-h001"],
    }


@pytest.mark.parametrize("makes_folder", [True, False])
def test_an_empty_or_missing_held_out_part_leaves_the_dev_part(tmp_path: Path, makes_folder: bool) -> None:
    (tmp_path / "gas.jsonl").write_text(LINE % ("gas-001", "gas", "dev"))
    if makes_folder:
        (tmp_path / "held_out").mkdir()
    assert [each.id for each in read_folder(tmp_path)["gas"]] == ["gas-001"]


@pytest.mark.parametrize(
    ("file", "family", "part"),
    [("gas", "gas", "held_out"), ("held_out/gas", "gas", "dev"), ("gas", "nfts", "dev")],
)
def test_a_question_in_the_wrong_place_is_refused(tmp_path: Path, file: str, family: str, part: str) -> None:
    (tmp_path / "held_out").mkdir()
    (tmp_path / f"{file}.jsonl").write_text(LINE % ("gas-001", family, part))
    with pytest.raises(QuestionSetError, match="gas-001"):
        read_folder(tmp_path)


def test_a_broken_line_of_the_held_out_part_is_named_with_its_folder(tmp_path: Path) -> None:
    (tmp_path / "held_out").mkdir()
    (tmp_path / "held_out" / "gas.jsonl").write_text("{")
    with pytest.raises(QuestionSetError, match="held_out/gas:1"):
        read_folder(tmp_path)


def test_a_file_of_ones_own_is_read_and_its_mistakes_are_named(tmp_path: Path) -> None:
    line = '{"id":"x-001","family":"x","part":"dev","market":"snapshot","text":"hi"}'
    file = tmp_path / "own.jsonl"
    file.write_text(line + "\n\n")
    assert [question.id for question in load_questions((str(file),))] == ["x-001"]
    with pytest.raises(QuestionSetError, match="own:2"):
        parse_questions(f"{line}\n{line}", "own")
    with pytest.raises(QuestionSetError, match="own:1"):
        parse_questions('{"id":"x","surprise":1}', "own")


def test_an_unknown_set_is_an_error_that_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match="real_users"):
        load_questions(("nothing",))
    with pytest.raises(QuestionSetError, match="missing"):
        load_questions((str(tmp_path / "missing.jsonl"),))
