from __future__ import annotations

from bench.native import Latency, LoadResult
from bench.rounds import Sample
from bench.summary import Row, divide, summarize


def sample(
    target: str, round_: int, *, answers: int = 100, p50: float | None = 1.0, cpu_us: float | None = 50.0,
    mode: str = "buffered", connections: int = 16, errors: int = 0, first_error: str = "",
) -> Sample:  # fmt: skip
    """One second of answers of ten bytes; p99 is twice p50 and the first byte comes after half of it."""
    total = None if p50 is None else Latency(p50, p50 * 1.5, p50 * 2, p50)
    begin = None if p50 is None else Latency(p50 / 2, p50, p50, p50)
    load = LoadResult(answers, errors, 1.0, 10.0, answers * 10, total, begin, first_error)
    return Sample(round_, mode, connections, target, load, cpu_us, 1000 * (round_ + 1), 0.1)


def row(samples: list[Sample], target: str) -> Row:
    found = summarize(samples).row("buffered", 16, target)
    assert found is not None
    return found


def test_a_rate_is_the_median_over_the_rounds() -> None:
    samples = [sample("cryptodesk", number, answers=answers) for number, answers in enumerate((90, 400, 100))]
    assert row(samples, "cryptodesk").rate == 100


def test_a_rate_ratio_is_the_median_of_the_ratios_within_a_round() -> None:
    # 100/200, 50/50 and 90/300 = 0.5, 1 and 0.3; the ratio of the medians would be 90/200 = 0.45
    samples = [
        sample(target, number, answers=answers)
        for number, pair in enumerate(((100, 200), (50, 50), (90, 300)))
        for target, answers in zip(("cryptodesk", "yardstick"), pair, strict=True)
    ]
    assert row(samples, "cryptodesk").rate_ratio == 0.5


def test_added_latency_is_over_the_mock_of_the_same_round() -> None:
    # 3 - 1, 8 - 4 and 5 - 2 = 2, 4 and 3
    samples = [
        sample(target, number, p50=p50)
        for number, pair in enumerate(((3.0, 1.0), (8.0, 4.0), (5.0, 2.0)))
        for target, p50 in zip(("cryptodesk", "mock"), pair, strict=True)
    ]
    found = row(samples, "cryptodesk")
    assert (found.added_p50_ms, found.added_p99_ms, found.added_begin_ms) == (3.0, 6.0, 1.5)


def test_an_added_latency_ratio_is_one_of_medians() -> None:
    samples = [sample("mock", 0, p50=1.0), sample("yardstick", 0, p50=1.5), sample("cryptodesk", 0, p50=2.0)]
    assert row(samples, "cryptodesk").added_p50_ratio == 2.0
    assert row(samples, "yardstick").added_p50_ratio == 1.0


def test_no_ratio_is_taken_to_an_added_latency_that_is_only_noise() -> None:
    samples = [sample("mock", 0, p50=1.0), sample("yardstick", 0, p50=1.01), sample("cryptodesk", 0, p50=2.0)]
    assert row(samples, "cryptodesk").added_p50_ms == 1.0
    assert row(samples, "cryptodesk").added_p50_ratio is None


def test_without_a_yardstick_or_a_mock_there_are_figures_but_no_ratios() -> None:
    found = row([sample("cryptodesk", 0)], "cryptodesk")
    assert (found.rate, found.cpu_us) == (100, 50.0)
    assert (found.rate_ratio, found.cpu_ratio, found.added_p50_ms, found.added_p50_ratio) == (None, None, None, None)


def test_a_round_without_answers_is_left_out_of_latency_but_counts_in_the_rate() -> None:
    samples = [
        sample("mock", 0), sample("mock", 1), sample("mock", 2),
        sample("cryptodesk", 0, p50=3.0), sample("cryptodesk", 1, answers=0, p50=None, cpu_us=None),
        sample("cryptodesk", 2, answers=0, p50=None, cpu_us=None),
    ]  # fmt: skip
    found = row(samples, "cryptodesk")
    assert found.rate == 0
    assert found.added_p50_ms == 2.0
    assert found.cpu_us == 50.0


def test_no_latency_is_given_where_only_the_fast_answers_ended_in_time() -> None:
    samples = [sample("mock", 0), sample("few", 0, answers=31, p50=3.0), sample("enough", 0, answers=32, p50=3.0)]
    assert row(samples, "few").added_p50_ms is None
    assert row(samples, "few").rate == 31
    assert row(samples, "enough").added_p50_ms == 2.0


def test_errors_add_up_and_the_first_one_is_shown() -> None:
    samples = [
        sample("cryptodesk", 0),
        sample("cryptodesk", 1, errors=2, first_error="cut"),
        sample("cryptodesk", 2, errors=3, first_error="bad status"),
    ]
    found = row(samples, "cryptodesk")
    assert (found.errors, found.first_error, found.answers) == (5, "cut", 300)


def test_rows_keep_the_order_of_loads_and_of_targets_although_rounds_rotate() -> None:
    samples = [
        sample(target, number, connections=connections)
        for number, order in enumerate((("mock", "yardstick"), ("yardstick", "mock")))
        for connections in (1, 16)
        for target in order
    ]
    assert [(entry.connections, entry.target) for entry in summarize(samples).rows] == [
        (1, "mock"), (1, "yardstick"), (16, "mock"), (16, "yardstick")
    ]  # fmt: skip


def test_a_row_that_was_not_measured_is_none() -> None:
    assert summarize([sample("mock", 0)]).row("dense", 16, "mock") is None


def test_division_by_what_is_missing_or_nothing_is_none() -> None:
    assert divide(6, 3) == 2
    assert divide(None, 3) is None
    assert divide(6, None) is None
    assert divide(6, 0) is None
