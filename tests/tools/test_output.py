from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from cryptodesk.core.errors import ToolFailed
from cryptodesk.tools._output import encode_result, encoded_size, round_floats
from cryptodesk.tools._tool import HARD_LIMIT, SOFT_LIMIT


class Result(Struct):
    rows: Any = ()
    extra: Any = None


def encoded(result: Result, size_limit: int = SOFT_LIMIT) -> Any:
    text = encode_result(result, size_limit=size_limit)
    assert len(text.encode()) <= HARD_LIMIT
    return msgspec.json.decode(text)


def test_what_fits_is_left_whole() -> None:
    assert encoded(Result(["x" * 5900])) == {"rows": ["x" * 5900], "extra": None}


def test_the_longest_list_loses_its_tail_and_the_short_one_nothing() -> None:
    output = encoded(Result([{"n": n, "name": "x" * 40} for n in range(400)], [1, 2, 3]))
    assert output["truncated"] is True
    assert output["extra"] == [1, 2, 3]
    assert [row["n"] for row in output["rows"]] == list(range(len(output["rows"])))
    assert SOFT_LIMIT - 300 <= encoded_size(output) <= SOFT_LIMIT


def test_lists_inside_rows_are_cut_before_rows_are_lost() -> None:
    rows = [{"name": name, "items": ["y" * 20] * 300} for name in ("a", "b")]
    output = encoded(Result(rows))
    assert [row["name"] for row in output["rows"]] == ["a", "b"]
    assert encoded_size(output) <= SOFT_LIMIT


def test_rows_of_a_table_are_dropped_whole() -> None:
    output = encoded(Result({"headers": ["time", "close"], "rows": [["2026-09-09", 1.5]] * 900}))
    assert {len(row) for row in output["rows"]["rows"]} == {2}
    assert output["rows"]["headers"] == ["time", "close"]


def test_one_long_text_may_pass_the_soft_limit_and_not_the_hard_one() -> None:
    assert encoded(Result("x" * 9000))["rows"] == "x" * 9000
    cut = encoded(Result("x" * 20_000))
    assert cut["rows"] == "x" * 300 + "…"
    assert cut["truncated"] is True


def test_what_cannot_be_cut_fails() -> None:
    with pytest.raises(ToolFailed, match="result too large"):
        encode_result(Result({str(n): n for n in range(3000)}), size_limit=SOFT_LIMIT)


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (0.1 + 0.2, 0.3),
        (123456789.0, 123456790.0),
        (-0.000123456789, -0.00012345679),
        (123456789, 123456789),
        (float("nan"), None),
        (float("-inf"), None),
        (True, True),
        ([1.000000001, {"a": (2.000000004,)}], [1.0, {"a": [2.0]}]),
    ],
)
def test_floats_are_rounded_and_nothing_else_is(value: Any, rounded: Any) -> None:
    assert round_floats(value, 8) == rounded


@given(
    st.recursive(
        st.text(max_size=400) | st.floats() | st.integers(-(2**63), 2**63 - 1) | st.none(),
        lambda child: st.lists(child, max_size=60) | st.fixed_dictionaries({"a": child, "b": child}),
        max_leaves=80,
    )
)
def test_every_output_is_json_within_the_hard_limit(value: Any) -> None:
    encoded(Result(value))
