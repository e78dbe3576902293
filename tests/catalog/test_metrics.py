"""The metric catalogue is complete in itself."""

from __future__ import annotations

from cryptodesk.catalog.metrics import find_metric, load_metrics, metrics_of


def test_slugs_are_unique_and_found() -> None:
    slugs = [metric.slug for metric in load_metrics()]
    assert len(slugs) == len(set(slugs))
    assert all(find_metric(slug) is not None for slug in slugs)


def test_an_unknown_metric_is_none_and_an_unknown_dataset_empty() -> None:
    assert find_metric("happiness") is None
    assert metrics_of("happiness") == ()


def test_a_computed_metric_is_computed_from_one_that_exists_and_is_not() -> None:
    for metric in load_metrics():
        if metric.computed_from is not None:
            base = find_metric(metric.computed_from)
            assert base is not None
            assert base.computed_from is None


def test_flows_are_summed_over_time_and_levels_are_not() -> None:
    assert {metric.slug for metric in load_metrics() if metric.time_bucket == "sum"} == {
        "volume",
        "funding_rate",
        "liquidations",
        "dex_volume",
        "fees",
        "revenue",
    }


def test_ratios_and_indices_are_never_summed_over_entities() -> None:
    assert not [
        metric.slug for metric in load_metrics() if metric.unit in {"percent", "index"} and metric.group == "sum"
    ]


def test_every_description_is_a_sentence() -> None:
    assert all(metric.description.endswith(".") and metric.description[0].isupper() for metric in load_metrics())
