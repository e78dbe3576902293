"""A value arrives as the same value, or its column is named and nothing arrives."""

from __future__ import annotations

import pytest

from cryptodesk.app.upkeep.values import Conversion
from cryptodesk.core.errors import InternalError
from cryptodesk.storage.shape import Column, Table


def conversion(kind: str, declared: str = "TEXT", *, may_replace: bool = False) -> Conversion:
    return Conversion(Table("t", (Column("c", declared),), ()), {"c": kind}, may_replace=may_replace)


@pytest.mark.parametrize(
    ("kind", "declared", "value", "expected"),
    [
        ("text", "TEXT", "ünicode 🪙", "ünicode 🪙"),
        ("text", "", 1027, "1027"),
        ("bigint", "INTEGER", -(2**63), -(2**63)),
        ("integer", "INTEGER", 1, 1),
        ("double precision", "REAL", 0.1, 0.1),
        ("double precision", "REAL", 3, 3.0),
        ("bytea", "BLOB", b"\x00\xff", b"\x00\xff"),
        ("boolean", "INTEGER", 1, True),
        ("bytea", "BLOB", None, None),
    ],
)
def test_what_fits_arrives(kind: str, declared: str, value: object, expected: object) -> None:
    ((found,),) = conversion(kind, declared).rows([(value,)])
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", 1),
        ("text", b"bytes"),
        ("bigint", 1.5),
        ("bigint", "1"),
        ("double precision", 2**53 + 1),
        ("double precision", "1"),
        ("bytea", "text"),
        ("boolean", 2),
    ],
)
def test_what_does_not_fit_is_refused_by_its_column(kind: str, value: object) -> None:
    with pytest.raises(InternalError, match=rf"t\.c holds a value of the type {type(value).__name__}"):
        conversion(kind).rows([(value,)])


@pytest.mark.parametrize("text", ["a\x00b", "half \udc80 of one"])
def test_a_character_is_replaced_only_with_leave(text: str) -> None:
    with pytest.raises(InternalError, match="--replace-characters"):
        conversion("text").rows([(text,)])
    allowed = conversion("text", may_replace=True)
    assert "\ufffd" in allowed.rows([(text,), ("plain",)])[0][0]
    assert allowed.replaced == 1


@pytest.mark.parametrize("kind", ["numeric", "jsonb"])
def test_a_column_of_another_kind_is_refused(kind: str) -> None:
    with pytest.raises(InternalError, match=f"in the target it is {kind}"):
        conversion(kind)


def test_a_column_that_there_is_not_is_refused() -> None:
    with pytest.raises(InternalError, match="in the target there is none"):
        Conversion(Table("t", (Column("c", ""),), ()), {}, may_replace=False)
