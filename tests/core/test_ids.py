from __future__ import annotations

import re

from cryptodesk.core.ids import new_id, new_time_ordered_id, new_trace_id

HEX = re.compile(r"[0-9a-f]{32}")


def test_ids_have_the_form_of_a_trace_id_and_differ() -> None:
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(HEX.fullmatch(found) for found in ids)


def test_later_ids_sort_behind_earlier_ones() -> None:
    ids = [new_time_ordered_id(1_790_000_000 + step / 1000) for step in range(100)]
    assert ids == sorted(ids)
    assert all(HEX.fullmatch(found) for found in ids)


def test_ids_of_one_moment_differ() -> None:
    assert len({new_time_ordered_id(1_790_000_000.0) for _ in range(1000)}) == 1000


def test_the_id_of_a_request_that_nobody_traces_is_a_new_one() -> None:
    assert len({new_trace_id() for _ in range(100)}) == 100
