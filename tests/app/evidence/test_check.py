"""Evidence of real runs is whole; whatever is changed in it is named, also by whoever computes the hashes anew."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from cryptodesk.app.desk import open_ledger
from cryptodesk.app.evidence.canonical import PARTS, sealed
from cryptodesk.app.evidence.check import EvidenceFault, check_evidence, read_evidence
from cryptodesk.app.evidence.export import build_evidence
from cryptodesk.app.replaying.replay import load_run, replay
from cryptodesk.core.clock import SystemClock
from cryptodesk.ledger.seals import Sealer
from cryptodesk.settings import Settings
from tests.app.recording.support import CANARY, CHAT, INCLUDE, TOOLS, recording_app, recording_settings, run_ids

QUESTION = [{"role": "user", "content": "What is the price of bitcoin?"}]
PLAIN = {"model": "scripted-cached", "messages": QUESTION, "tools": TOOLS}
RESEARCH = {"messages": [{"role": "user", "content": "What is the price of bitcoin and why did it move?"}]}


def exported(settings: Settings, path: str, body: dict[str, Any], *, has_seals: bool = True) -> dict[str, Any]:
    async def serve() -> None:
        async with recording_app(settings) as asker:
            await asker.ask(path, body, INCLUDE)

    asyncio.run(serve())
    (run_id,) = run_ids(settings)
    run = load_run(settings, run_id)
    with open_ledger(settings) as database:
        if has_seals:
            Sealer(database, SystemClock().unix).seal_blocking()
        found = build_evidence(run, None if run.recording.missing else replay(settings, run), database)
    return read_evidence(json.dumps(found).encode())


@pytest.fixture(scope="module")
def charged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return exported(recording_settings(tmp_path_factory.mktemp("charged"), data="snapshot"), CHAT, PLAIN)


@pytest.fixture(scope="module")
def researched(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return exported(recording_settings(tmp_path_factory.mktemp("researched")), "/ai/v1/chat/completions", RESEARCH)


def fault_of(evidence: dict[str, Any]) -> str:
    with pytest.raises(EvidenceFault) as caught:
        check_evidence(evidence)
    return str(caught.value)


def forged(evidence: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """As somebody makes it who computes every hash anew."""
    parts = copy.deepcopy(evidence["parts"])
    change(parts)
    return sealed(parts)


def test_a_charge_is_computed_anew_and_found_sealed(charged: dict[str, Any]) -> None:
    report = check_evidence(charged)
    assert (report.charges, report.sealed, report.notes) == (2, 4, ())
    assert charged["parts"]["replay"] == {"is_possible": True, "reason": None, "difference": None, "strayed": None}


def test_every_figure_is_followed_to_its_cell(researched: dict[str, Any]) -> None:
    report = check_evidence(researched)
    assert report.figures > 10
    assert report.cells > 10
    assert report.named < report.cells
    assert report.notes == ()


def test_the_noted_root_is_asked_for(charged: dict[str, Any]) -> None:
    assert check_evidence(charged, charged["root"].upper()).root == charged["root"]
    with pytest.raises(EvidenceFault, match="another file than was noted"):
        check_evidence(charged, "0" * 64)


@pytest.mark.parametrize("name", PARTS)
def test_a_part_that_is_gone_or_changed_is_named(charged: dict[str, Any], name: str) -> None:
    changed = copy.deepcopy(charged)
    changed["parts"][name] = {"changed": True}
    assert fault_of(changed).startswith(f"the part {name!r} is not what was hashed")
    del changed["parts"][name]
    assert fault_of(changed) == f"the part {name!r} is missing"


def test_one_byte_anywhere_is_found(charged: dict[str, Any]) -> None:
    text = json.dumps(charged)
    places = [place for place, letter in enumerate(text) if letter.isalnum()]
    for place in places[:: len(places) // 60]:
        changed = f"{text[:place]}{'7' if text[place] != '7' else '8'}{text[place + 1 :]}"
        with pytest.raises(EvidenceFault):
            check_evidence(read_evidence(changed.encode()))


FORGERIES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "answer": (lambda parts: parts["answer"].update(body="{}"), "the answer's bytes are not those of its hash"),
    "question": (lambda parts: parts["question"].update(body="{}"), "the question's bytes are not those of its hash"),
    "amount": (lambda parts: parts["ledger"][0].update(amount_usd="0.1"), "where its tokens by"),
    "tokens": (lambda parts: parts["ledger"][0].update(input_tokens=1), "where its tokens by"),
    "price": (lambda parts: parts["prices"][0]["price"].update(input_usd="99"), "where its tokens by"),
    "told": (lambda parts: parts["money"].update(tokens_usd="9"), "the charges add up to"),
    "run": (lambda parts: parts["ledger"][0].update(run_id="0" * 32), "is of another run"),
    "line": (lambda parts: parts["ledger"].pop(1), "the charges add up to"),
    "seal": (lambda parts: parts["ledger"][0]["seal"].update(text="x"), "is not what was sealed"),
    "form": (lambda parts: parts.update(ledger=[{}]), "not of the schema's form"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_with_new_hashes_contradicts_itself(charged: dict[str, Any], name: str) -> None:
    change, said = FORGERIES[name]
    assert said in fault_of(forged(charged, change))


def test_lines_made_up_with_their_sums_do_not_fit_their_seals(charged: dict[str, Any]) -> None:
    def change(parts: dict[str, Any]) -> None:
        for line in parts["ledger"]:
            line["account_id"] = "somebody-else"

    assert "says something else than what was sealed" in fault_of(forged(charged, change))


def _first_cell(parts: dict[str, Any]) -> dict[str, Any]:
    figures = parts["verification"]["figures"]
    return next(figure["cells"][0] for figure in figures if figure["verdict"] == "bound" and figure.get("cells"))


def _other_output(parts: dict[str, Any]) -> None:
    cell = _first_cell(parts)
    call = next(call for call in parts["tool_calls"] if call["call_id"] == cell["call_id"])
    call["content"] = "{}"


def _other_text(parts: dict[str, Any]) -> None:
    text = parts["answer"]["text"] + " And more."
    parts["answer"].update(text=text, text_sha256=sha256(text.encode()).hexdigest())


FIGURE_FORGERIES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "value": (lambda parts: _first_cell(parts).update(value=123456.789), "holds"),
    "path": (lambda parts: _first_cell(parts).update(path="/nowhere"), "has no cell /nowhere"),
    "call": (lambda parts: _first_cell(parts).update(call_id="other"), "which the file does not have"),
    "output": (_other_output, "has no cell"),
    "place": (lambda parts: parts["verification"]["figures"][0].update(start=0, end=1), "does not stand at 0"),
    "counts": (lambda parts: parts["verification"]["counts"].update(bound=999), "the counts of the verdicts"),
    "text": (_other_text, "is not what its bytes tell"),
}


@pytest.mark.parametrize("name", FIGURE_FORGERIES)
def test_a_figure_that_is_bent_is_named(researched: dict[str, Any], name: str) -> None:
    change, said = FIGURE_FORGERIES[name]
    assert said in fault_of(forged(researched, change))


def test_redacted_evidence_still_proves_figures_times_and_money(tmp_path: Path) -> None:
    settings = recording_settings(tmp_path, recording="redacted")
    found = exported(settings, "/ai/v1/chat/completions", RESEARCH)
    report = check_evidence(found)
    assert report.cells > 10
    assert report.charges == 3
    assert report.notes == ("not everything is there: the texts were left out, as the setting `recording` wants it",)
    assert "why did it move" not in json.dumps(found)
    assert found["parts"]["answer"]["text"] is None


def test_lines_that_are_not_sealed_yet_are_told_of(tmp_path: Path) -> None:
    found = exported(recording_settings(tmp_path, data="snapshot"), CHAT, PLAIN, has_seals=False)
    notes = check_evidence(found).notes
    # A seal may be made in the middle of it, so that any number of the four lines is left.
    wordings = {
        "1 line of the ledger was not sealed yet",
        *(f"{n} lines of the ledger were not sealed yet" for n in (2, 3, 4)),
    }
    assert set(notes) <= wordings


def test_no_key_is_in_it(charged: dict[str, Any], researched: dict[str, Any]) -> None:
    assert CANARY not in json.dumps([charged, researched]).encode()


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b"{", b'{"schema":"other"}', b'{"schema":"cryptodesk.evidence/1"}', b"\xff", b"[" * 100_000, b"null"],
)
def test_what_is_no_evidence_is_refused_in_words(text: bytes) -> None:
    with pytest.raises(EvidenceFault):
        check_evidence(read_evidence(text))


def test_a_name_that_stands_twice_is_refused() -> None:
    with pytest.raises(EvidenceFault, match="twice"):
        read_evidence(b'{"schema":"cryptodesk.evidence/1","root":"a","root":"b"}')
