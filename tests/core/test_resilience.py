"""Which failures are worth another attempt, after which pause, and which routes share a breaker."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cryptodesk.core.errors import (
    UpstreamBadAnswer,
    UpstreamConnectTimeout,
    UpstreamError,
    UpstreamRateLimited,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from cryptodesk.core.generation import ModelPrice, ModelRoute
from cryptodesk.core.resilience import BreakerRule, Resilience, RetryRule, may_pass
from tests.ticks import FakeTicks

PRICE = ModelPrice("test", Decimal(1), Decimal(1), Decimal(1))


def route(upstream_model: str = "m", *, provider: str = "up", model_id: str = "public") -> ModelRoute:
    return ModelRoute(model_id, provider, upstream_model, PRICE)


def unavailable(status: int | None = 503, retry_after: float | None = None) -> UpstreamUnavailable:
    return UpstreamUnavailable("x", upstream="up", upstream_status=status, retry_after_seconds=retry_after)


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (unavailable(None), True),
        (unavailable(500), True),
        (unavailable(529), True),
        (unavailable(200), True),
        (unavailable(401), False),
        (unavailable(402), False),
        (unavailable(403), False),
        (unavailable(404), False),
        (unavailable(302), False),
        (UpstreamRateLimited("x", upstream="up", upstream_status=429), True),
        (UpstreamRateLimited("x", upstream="up"), True),
        (UpstreamConnectTimeout("x", upstream="up"), True),
        (UpstreamTimeout("x", upstream="up"), False),
        (UpstreamTimeout("x", upstream="up", upstream_status=408), True),
        (UpstreamTimeout("x", upstream="up", upstream_status=504), True),
        (UpstreamRejected("x", upstream="up", upstream_status=422), False),
        (UpstreamBadAnswer("x", upstream="up", upstream_status=200), False),
    ],
    ids=lambda value: f"{type(value).__name__}-{getattr(value, 'upstream_status', value)}",
)
def test_only_what_may_pass_is_asked_again(error: UpstreamError, passes: bool) -> None:
    assert may_pass(error) is passes
    pause = Resilience(RetryRule(), BreakerRule(), FakeTicks()).pause_before_retry(error, 0, 10.0)
    assert (pause is not None) is passes


def test_pauses_are_drawn_between_nothing_and_a_doubling_bound() -> None:
    ticks = FakeTicks()
    rule = RetryRule(retries=9, pause_seconds=0.25, longest_pause_seconds=1.5)
    resilience = Resilience(rule, BreakerRule(), ticks)
    for luck, pauses in ((1.0, [0.25, 0.5, 1.0, 1.5, 1.5]), (0.5, [0.125, 0.25, 0.5, 0.75, 0.75]), (0.0, [0.0] * 5)):
        ticks.luck = luck
        assert [resilience.pause_before_retry(unavailable(), done, 10.0) for done in range(5)] == pauses


def test_there_are_no_more_attempts_than_the_rule_allows() -> None:
    resilience = Resilience(RetryRule(retries=2), BreakerRule(), FakeTicks())
    assert [resilience.pause_before_retry(unavailable(), done, 10.0) is None for done in range(4)] == [
        False, False, True, True,
    ]  # fmt: skip


def test_a_pause_that_the_upstream_asks_for_is_kept_with_jitter_on_top_or_not_begun() -> None:
    ticks = FakeTicks()
    ticks.luck = 0.5
    resilience = Resilience(RetryRule(pause_seconds=0.25), BreakerRule(), ticks)
    assert resilience.pause_before_retry(unavailable(retry_after=3.0), 0, 10.0) == 3.125
    assert resilience.pause_before_retry(unavailable(retry_after=3.0), 0, 3.125) is None
    assert resilience.pause_before_retry(unavailable(retry_after=60.0), 0, 10.0) is None


def test_public_ids_of_one_upstream_model_share_a_breaker_and_no_others_do() -> None:
    resilience = Resilience(RetryRule(), BreakerRule(failures=1, open_seconds=30.0), FakeTicks())
    breaker = resilience.breaker(route())
    assert breaker is not None
    assert resilience.breaker(route(model_id="another id")) is breaker
    assert resilience.breaker(route("n")) is not breaker
    assert resilience.breaker(route(provider="other")) is not breaker
    breaker.fail(breaker.admit())
    assert resilience.states() == {("up", "m"): "open", ("up", "n"): "closed", ("other", "m"): "closed"}


def test_without_failures_in_the_rule_there_are_no_breakers() -> None:
    resilience = Resilience(RetryRule(), BreakerRule(failures=0), FakeTicks())
    assert resilience.breaker(route()) is None
    assert resilience.states() == {}


def test_names_that_callers_make_up_do_not_pile_up() -> None:
    resilience = Resilience(RetryRule(), BreakerRule(), FakeTicks())
    for number in range(2_000):
        resilience.breaker(route(f"made-up-{number}"))
    names = [model for _, model in resilience.states()]
    assert (len(names), names[-1]) == (512, "made-up-1999")
