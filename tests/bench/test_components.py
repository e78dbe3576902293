from __future__ import annotations

from bench.components import Component, Figure, microseconds_per_call, run_components

from bench import components
from cryptodesk.core.discover import discover


def test_every_public_module_of_the_registry_declares_a_component() -> None:
    assert all(isinstance(component, Component) for component in discover(components, "COMPONENT").values())


def test_a_component_that_fails_is_told_and_does_not_hide_the_others() -> None:
    def fail() -> list[Figure]:
        raise ImportError("not written yet")

    figure = Figure("a", 1.0, "us")
    figures, problems = run_components([Component("broken", fail), Component("fine", lambda: [figure])])
    assert figures == [figure]
    assert problems == ["component broken failed: ImportError: not written yet"]


def test_a_call_is_repeated_until_it_can_be_timed() -> None:
    calls = 0

    def call() -> None:
        nonlocal calls
        calls += 1

    assert microseconds_per_call(call, repeats=3, seconds=0.001) > 0
    assert calls > 10
