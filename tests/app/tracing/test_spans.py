"""One span: its ids, its bounds, its end."""

from __future__ import annotations

from uuid import UUID

import pytest

from cryptodesk.app.tracing.spans import CURRENT, active, parent_of
from tests.app.tracing.support import NOW, Kept

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GOOD = f"00-{TRACE}-{PARENT}-01".encode()


def test_a_trace_of_ours_has_an_id_that_is_a_uuid() -> None:
    kept = Kept()
    for _ in range(20):
        found = kept.spans.start("a").trace_id
        assert UUID(found).version == 4
        assert UUID(found, version=4).hex == found


def test_a_trace_can_be_begun_under_an_id_and_no_other_has_it() -> None:
    kept = Kept()
    assert kept.spans.start("a", trace_id=TRACE).trace_id == TRACE
    assert kept.spans.start("b").trace_id != TRACE
    for wrong in ("", "0" * 32, "x" * 32, TRACE[1:]):
        assert len(kept.spans.start("c", trace_id=wrong).trace_id) == 32


def test_a_child_stays_in_its_parents_trace_whatever_id_it_asks_for() -> None:
    kept = Kept()
    outer = kept.spans.start("outer")
    with active(outer):
        inner = kept.spans.start("inner", trace_id=TRACE)
    inner.end()
    outer.end()
    assert inner.trace_id == outer.trace_id
    assert kept.parent("inner") == "outer"
    assert CURRENT.get() is None


def test_times_begin_at_the_clocks_moment_and_go_on_by_what_passed() -> None:
    kept = Kept()
    span = kept.spans.start("a")
    with active(span):
        inner = kept.spans.start("inner")
    inner.end()
    span.end()
    outer, child = kept.ended["a"], kept.ended["inner"]
    assert outer.start_time == int(NOW.timestamp() * 1e9)
    assert outer.start_time <= (child.start_time or 0) <= (child.end_time or 0) <= (outer.end_time or 0)


def test_what_is_noted_is_bounded_and_nothing_is_after_the_end() -> None:
    kept = Kept()
    span = kept.spans.start("a", attributes={"first": "x" * 5_000, "second": "a\u200bb\x00c"})
    span.end()
    span.note({"late": 1})
    span.fail("late")
    span.end()
    assert kept.of("a") == {"first": "x" * 200, "second": "abc"}
    assert not kept.failed("a")


def test_an_error_is_told_by_its_code_alone() -> None:
    kept = Kept()
    span = kept.spans.start("a")
    span.fail("upstream_timeout")
    span.end()
    assert kept.failed("a")
    assert kept.of("a") == {"error.type": "upstream_timeout"}
    assert kept.ended["a"].status.description is None
    assert kept.ended["a"].events == ()


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"traceparent", b"")],
        [(b"traceparent", b"CANARY")],
        [(b"traceparent", f"00-{'0' * 32}-{PARENT}-01".encode())],
        [(b"traceparent", f"00-{TRACE}-{'0' * 16}-01".encode())],
        [(b"traceparent", f"ff-{TRACE}-{PARENT}-01".encode())],
        [(b"traceparent", GOOD.upper())],
        [(b"traceparent", b"\xff" * 55)],
        [(b"traceparent", GOOD), (b"traceparent", GOOD)],
    ],
)
def test_a_traceparent_that_cannot_be_read_is_none(headers: list[tuple[bytes, bytes]]) -> None:
    assert parent_of(headers) is None


@pytest.mark.parametrize("state", [b"", b"vendor=1", b"x" * 5_000, b"\xff\x00"])
def test_a_good_one_counts_whatever_its_tracestate(state: bytes) -> None:
    kept = Kept()
    span = kept.spans.start("a", within=parent_of([(b"traceparent", GOOD), (b"tracestate", state)]))
    assert span.trace_id == TRACE
    assert span.traceparent.startswith(f"00-{TRACE}-")


def test_who_asks_not_to_be_sampled_is_not_told_of_and_keeps_the_trace() -> None:
    kept = Kept()
    span = kept.spans.start("a", within=parent_of([(b"traceparent", GOOD[:-2] + b"00")]))
    span.end()
    assert (span.trace_id, span.traceparent[-2:]) == (TRACE, "00")
    assert kept.ended == {}
