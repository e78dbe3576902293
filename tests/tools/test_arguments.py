from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Meta, Struct, UnsetType

from cryptodesk.core.errors import ToolArgumentError
from cryptodesk.tools._arguments import parse_arguments
from cryptodesk.tools._schema import json_schema


class Inner(Struct, frozen=True, forbid_unknown_fields=True):
    count: Annotated[int, Meta(ge=1, le=365)] = 30
    interval: Literal["1d", "1w"] = "1d"


class Outer(Struct, frozen=True, forbid_unknown_fields=True):
    ids: Annotated[tuple[int | str, ...], Meta(min_length=1, max_length=3)]
    kind: Literal["coin", "nft"] = "coin"
    convert: Annotated[str, Meta(pattern="^[A-Z]{2,5}$")] = "USD"
    metrics: tuple[Literal["price", "volume"], ...] = ("price",)
    inner: Inner | UnsetType = UNSET
    precision: int | UnsetType = UNSET


SCHEMA = json_schema(Outer)


def parse(text: str) -> Outer:
    return parse_arguments(text, Outer, SCHEMA)


def test_arguments_are_parsed_with_their_defaults() -> None:
    assert parse('{"ids": [1, "bitcoin"]}') == Outer((1, "bitcoin"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"ids": [1], "precision": "4"}', Outer((1,), precision=4)),
        ('{"ids": [1], "precision": 4.0}', Outer((1,), precision=4)),
        ('{"ids": [1], "inner": {"count": "7"}}', Outer((1,), inner=Inner(7))),
        ('{"ids": [1], "precision": null, "kind": null}', Outer((1,))),
        ('{"ids": [1], "kind": " COIN "}', Outer((1,))),
        ('{"ids": [1], "metrics": ["Price", "VOLUME"]}', Outer((1,), metrics=("price", "volume"))),
        ('{"ids": [1], "inner": {"interval": "1D"}}', Outer((1,), inner=Inner())),
        ('{"ids": [1], "convert": "usd"}', Outer((1,))),
    ],
)
def test_what_can_only_mean_one_thing_is_mended(text: str, expected: Outer) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"ids": [1', "$: not valid JSON"),
        ('{"ids": [NaN]}', "$: not valid JSON"),
        ('{"ids": [Infinity]}', "$: not valid JSON"),
        ('{"ids": [1]} x', "$: not valid JSON"),
        ('{"ids": [1e999]}', "$: not valid JSON"),
        ('{"ids": ["\ud800"]}', "$: not valid JSON"),
        ('{"ids": ["\\ud800"]}', "$: not valid JSON"),
        ("[" * 100_000, "$: longer than 32768 characters"),
        ("[" * 30_000, "$: nested too deeply"),
        ("[" * 12 + "]" * 12, "$: nested too deeply"),
        ("", "ids: is required"),
        ("  ", "ids: is required"),
        ("{}", "ids: is required"),
        ("[1]", "$: Expected object, got array"),
        ("null", "$: Expected object, got null"),
        ('{"ids": null}', "ids: Expected array, got null"),
        ('{"ids": 1}', "ids: Expected array, got int"),
        ('{"ids": []}', "ids: Expected array of length >= 1"),
        ('{"ids": [1, 2, 3, 4]}', "ids: Expected array of length <= 3"),
        ('{"ids": [true]}', "ids[0]: Expected int | str, got bool"),
        ('{"ids": [1, {}]}', "ids[1]: Expected int | str, got object"),
        ('{"ids": [1], "kind": "fund"}', "kind: Invalid enum value 'fund', expected one of coin, nft"),
        (
            '{"ids": [1], "metrics": ["price", "tvl"]}',
            "metrics[1]: Invalid enum value 'tvl', expected one of price, volume",
        ),
        ('{"ids": [1], "convert": "U$D"}', "convert: Expected str matching regex '^[A-Z]{2,5}$'"),
        ('{"ids": [1], "inner": {"count": 366}}', "inner.count: Expected int <= 365"),
        ('{"ids": [1], "inner": {"count": "many"}}', "inner.count: Expected int, got str"),
        ('{"ids": [1], "inner": {"step": 1}}', "inner.step: is not a known field; known are count, interval"),
        ('{"ids": [1], "inner": 3}', "inner: Expected object, got int"),
        (
            '{"ids": [1], "id": 1}',
            "id: is not a known field; known are ids, kind, convert, metrics, inner, precision",
        ),
    ],
)
def test_what_cannot_be_used_is_named_with_its_path(text: str, message: str) -> None:
    with pytest.raises(ToolArgumentError) as caught:
        parse(text)
    assert caught.value.message == f"invalid arguments: {message}"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda child: (
        st.lists(child, max_size=4)
        | st.dictionaries(st.sampled_from(["ids", "kind", "inner", "count", "metrics", "x", "a`b"]), child, max_size=5)
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_json_is_parsed_or_refused_as_invalid_arguments(value: Any) -> None:
    try:
        parsed = parse(msgspec.json.encode(value).decode())
    except ToolArgumentError as error:
        message = error.message
    else:
        message = "invalid arguments: " if isinstance(parsed, Outer) else ""
    assert message.startswith("invalid arguments: ")


@given(st.text())
def test_any_text_is_parsed_or_refused_as_invalid_arguments(text: str) -> None:
    with pytest.raises(ToolArgumentError, match="invalid arguments: "):
        parse(text)
