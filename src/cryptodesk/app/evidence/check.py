"""Checks evidence offline: no database, no network, no key. What is wrong is said of the first thing that is."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct

from cryptodesk.app.evidence.canonical import PARTS, SCHEMA, body_bytes, hash_of, root_of
from cryptodesk.app.evidence.cells import check_cell
from cryptodesk.app.evidence.texts import told_text
from cryptodesk.core.generation import ModelRoute
from cryptodesk.core.usage import Usage
from cryptodesk.ledger.pricing import SURCHARGE_RATIO, PriceBook

__all__ = ["CheckReport", "EvidenceFault", "check_evidence", "read_evidence"]

MOST_BYTES = 256 * 2**20

Parts = Mapping[str, Any]


class EvidenceFault(ValueError):
    """The first difference, in words."""


class CheckReport(Struct, frozen=True):
    """What was proven. `named` cells are told of, but of a kind that a look-up in the output does not settle."""

    run_id: str
    root: str
    figures: int
    cells: int
    named: int
    charges: int
    sealed: int
    notes: tuple[str, ...]


def read_evidence(text: bytes) -> dict[str, Any]:
    """Raises: EvidenceFault."""
    if len(text) > MOST_BYTES:
        raise EvidenceFault(f"the file is larger than {MOST_BYTES} bytes")
    try:
        found = json.loads(text, object_pairs_hook=_without_twins)
    except (ValueError, RecursionError) as error:
        raise EvidenceFault(f"the file is no JSON: {error}") from None
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise EvidenceFault(f"the file is no evidence of the schema {SCHEMA!r}")
    return found


def check_evidence(evidence: Mapping[str, Any], noted_root: str = "") -> CheckReport:
    """Raises: EvidenceFault, which names the first difference."""
    parts = _check_hashes(evidence, noted_root)
    try:
        _check_bodies(parts)
        cells, named = _check_figures(parts)
        charges = _check_money(parts)
        sealed = _check_seals(parts)
    except EvidenceFault:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation, msgspec.MsgspecError) as error:
        raise EvidenceFault(f"the file is not of the schema's form: {type(error).__name__}: {error}") from None
    figures = parts["verification"].get("figures", ()) if parts["verification"] else ()
    report = parts["run"]["run_id"], str(evidence["root"])
    return CheckReport(*report, len(figures), cells, named, charges, sealed, tuple(_notes(parts)))


def _without_twins(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers of the same name twice would see two things."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


# -- hashes ------------------------------------------------------------------------------------------------------------


def _check_hashes(evidence: Mapping[str, Any], noted_root: str) -> Parts:
    parts, hashes = evidence.get("parts"), evidence.get("hashes")
    if not isinstance(parts, dict) or not isinstance(hashes, dict):
        raise EvidenceFault("the file has no parts, or no hashes of them")
    for name in PARTS:
        if name not in parts or name not in hashes:
            raise EvidenceFault(f"the part {name!r} is missing")
        if hash_of(parts[name]) != hashes[name]:
            raise EvidenceFault(f"the part {name!r} is not what was hashed{_where(name, parts)}")
    extra = sorted((set(parts) | set(hashes)) - set(PARTS))
    if extra:
        raise EvidenceFault(f"the file has a part {extra[0]!r} that the schema does not know")
    if root_of(hashes) != evidence.get("root"):
        raise EvidenceFault("the root is not that of the parts' hashes")
    if noted_root and not hmac.compare_digest(noted_root.lower(), str(evidence["root"])):
        raise EvidenceFault(f"the root is {evidence['root']}, not {noted_root}: this is another file than was noted")
    return parts


def _where(name: str, parts: Parts) -> str:
    """What of the part is wrong, where something else in the file says it."""
    checks: dict[str, Callable[[Parts], object]] = {
        "question": _check_bodies,
        "answer": _check_bodies,
        "tool_calls": _check_figures,
        "verification": _check_figures,
        "money": _check_money,
        "prices": _check_money,
        "ledger": _check_seals,
    }
    check = checks.get(name)
    try:
        if check is not None:
            check(parts)
    except EvidenceFault as fault:
        return f": {fault}"
    except Exception:  # whatever it is now, it has no form that can be read
        return ""
    return ""


# -- texts -------------------------------------------------------------------------------------------------------------


def _check_bodies(parts: Parts) -> None:
    for name in ("question", "answer"):
        part = parts[name]
        body = body_bytes(part)
        if body is None:
            continue
        if len(body) != part["size"] or sha256(body).hexdigest() != part["sha256"]:
            raise EvidenceFault(f"the {name}'s bytes are not those of its hash")
    text = parts["answer"]["text"]
    if text is not None and sha256(text.encode("utf-8", "surrogatepass")).hexdigest() != parts["answer"]["text_sha256"]:
        raise EvidenceFault("the answer's text is not that of its hash")
    body = body_bytes(parts["answer"])
    if text and body is not None and parts["verification"] is not None and text not in told_text(body):
        raise EvidenceFault("the answer's text, of which the figures are, is not what its bytes tell")


# -- figures -----------------------------------------------------------------------------------------------------------


def _check_figures(parts: Parts) -> tuple[int, int]:
    """How many cells were proven, and how many only named."""
    verification = parts["verification"]
    if verification is None:
        return 0, 0
    calls = {call["call_id"]: call for call in parts["tool_calls"]}
    text = parts["answer"]["text"]
    proven = named = 0
    counted = dict.fromkeys(verification["counts"], 0)
    for number, figure in enumerate(verification.get("figures", ()), 1):
        counted[figure["verdict"]] = counted.get(figure["verdict"], 0) + 1
        label = f"figure {number} ({figure['text']!r})"
        if (
            text is not None
            and figure.get("action") != "left_out"
            and text[figure["start"] : figure["end"]] != figure["text"]
        ):
            raise EvidenceFault(f"{label} does not stand at {figure['start']} of the answer")
        for cell in figure.get("cells", ()):
            problem, is_proven = check_cell(cell, figure, calls, is_redacted=bool(parts["run"]["left_out"]))
            if problem:
                raise EvidenceFault(f"{label}: {problem}")
            proven, named = proven + is_proven, named + (not is_proven)
    if counted != verification["counts"]:
        raise EvidenceFault("the counts of the verdicts are not those of the figures")
    return proven, named


# -- money -------------------------------------------------------------------------------------------------------------


def _check_money(parts: Parts) -> int:
    """How many charges were computed anew."""
    routes = [msgspec.convert(route, ModelRoute, strict=False) for route in parts["prices"]]
    listed = parts["money"]["lists_built_in_tools"]
    total = Decimal(0)
    charges = 0
    for line in parts["ledger"]:
        if line["kind"] not in ("charge", "surcharge"):
            continue
        amount = Decimal(line["amount_usd"])
        total += amount
        charges += 1
        _check_line(line, amount, routes, listed=listed)
    told = parts["money"]["tokens_usd"]
    if told is not None and charges and Decimal(told).is_finite() and total.is_finite():
        whole = Decimal(told) + Decimal(parts["money"]["surcharge_usd"])
        if whole != total:
            raise EvidenceFault(f"the charges add up to {total} USD, the answer was told {whole}")
    return charges


def _check_line(line: Mapping[str, Any], amount: Decimal, routes: Sequence[ModelRoute], *, listed: bool) -> None:
    route = next(
        (
            one
            for one in routes
            if (one.price.version, one.upstream_model) == (line["price_version"], line["served_by"])
        ),
        None,
    )
    if route is None:
        raise EvidenceFault(f"line {line['entry_id']} is charged by a price that the file does not have")
    cost = PriceBook().cost(route, _usage(line), built_in_listed=listed)
    expected = cost.tokens_usd if line["kind"] == "charge" else cost.surcharge_usd
    if expected.is_nan() and amount.is_nan():
        return
    is_bounded = line["usage_is_estimated"] and amount <= expected
    if amount != expected and not is_bounded:
        names = f"{SURCHARGE_RATIO:%} of it" if line["kind"] == "surcharge" else f"{line['price_version']!r}"
        raise EvidenceFault(f"line {line['entry_id']}: {amount} USD, where its tokens by {names} make {expected}")


def _usage(line: Mapping[str, Any]) -> Usage:
    reported = line["reported_usd"]
    return Usage(
        line["input_tokens"],
        line["output_tokens"],
        line["cache_read_tokens"],
        line["reasoning_tokens"],
        line["cache_write_tokens"],
        line["cache_write_1h_tokens"],
        None if reported is None else Decimal(reported),
    )


# -- seals -------------------------------------------------------------------------------------------------------------


def _check_seals(parts: Parts) -> int:
    """How many lines are sealed."""
    sealed = 0
    for line in parts["ledger"]:
        if line["run_id"] != parts["run"]["run_id"]:
            raise EvidenceFault(f"line {line['entry_id']} is of another run")
        seal = line["seal"]
        if seal is None:
            continue
        sealed += 1
        if sha256(bytes.fromhex(seal["before"]) + seal["text"].encode()).hexdigest() != seal["after"]:
            raise EvidenceFault(f"line {line['entry_id']} is not what was sealed")
        fields = seal["text"].split("|")
        told = [str(line["position"]), *(_hex(line[name]) for name in ("entry_id", "account_id", "key_id", "run_id"))]
        told += [_hex(line["kind"]), _hex(line["amount_usd"])]
        if fields[: len(told)] != told:
            raise EvidenceFault(f"line {line['entry_id']} says something else than what was sealed")
    return sealed


def _hex(text: str) -> str:
    return str(text).encode().hex().upper()


def _notes(parts: Parts) -> Iterator[str]:
    """What whoever relies on the file should know."""
    run, replay = parts["run"], parts["replay"]
    if run["left_out"]:
        yield f"not everything is there: {run['left_out']}"
    if replay["difference"]:
        yield f"the replay made for this file differed: {replay['difference']}"
    if replay["strayed"]:
        yield f"the replay made for this file left the recorded way: {replay['strayed']}"
    unsealed = sum(1 for line in parts["ledger"] if line["seal"] is None)
    if unsealed:
        yield f"{unsealed} {'line of the ledger was' if unsealed == 1 else 'lines of the ledger were'} not sealed yet"
    if not parts["ledger"]:
        yield "the ledger has no line of this run"
