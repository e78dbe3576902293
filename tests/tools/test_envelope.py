"""What all results have in common: sources named once, failures said, simulated values labelled."""

from __future__ import annotations

from cryptodesk.market.query import Found, Unavailable
from cryptodesk.tools._envelope import (
    SIMULATED_NOTE,
    Gap,
    Origin,
    computed_mode,
    failed_sources,
    mode_notes,
    source_names,
)

AS_OF = "2026-09-10T00:00:00Z"


def failed(*items: Unavailable) -> Found[object]:
    return Found((), items)  # type: ignore[type-var]


def test_a_source_that_failed_is_named_once_however_often_it_was_asked() -> None:
    timed_out = Unavailable("lister", "timed out")
    gaps = failed_sources(("quotes", failed(timed_out)), ("candles", failed(timed_out, Unavailable("other", "busy"))))
    assert gaps == [Gap("quotes", "lister: timed out"), Gap("candles", "other: busy")]


def test_an_empty_store_is_no_failure_and_a_broken_one_is() -> None:
    empty = Unavailable("store", "no CoinListing of '1' is stored")
    broken = Unavailable("store", "3 stored records cannot be read", "CoinListing")
    assert failed_sources(("quotes", failed(empty, broken))) == [
        Gap("quotes", "store: 3 stored records cannot be read")
    ]


def test_an_id_that_nobody_holds_is_no_failure() -> None:
    unknown = Unavailable("world", "there is no such thing", "77")
    assert failed_sources(("quotes", failed(unknown)), ids=[77]) == []
    assert len(failed_sources(("quotes", failed(unknown)), ids=[78])) == 1


def test_more_failures_than_anyone_reads_are_counted() -> None:
    gaps = failed_sources(("quotes", failed(*(Unavailable(f"s{n}", "no answer") for n in range(11)))))
    assert len(gaps) == 9
    assert gaps[-1] == Gap("sources", "3 more sources did not answer")


def test_a_failure_s_text_is_cleaned_and_bounded() -> None:
    (gap,) = failed_sources(("quotes", failed(Unavailable("lister", "no\u202e" + "x" * 5_000))))
    assert gap.reason.startswith("lister: noxx")
    assert len(gap.reason) == 200


def test_products_and_sums_name_their_sources_once() -> None:
    origins = [Origin((), "a × b", "computed", AS_OF), Origin((), "b + c", "computed", AS_OF)]
    assert source_names(origins) == ["a", "b", "c"]


def test_what_is_computed_from_simulated_values_is_simulated() -> None:
    assert computed_mode(["live", "simulated"]) == "simulated"
    assert computed_mode(["live", "snapshot"]) == "computed"


def test_simulated_data_is_said_once() -> None:
    live, simulated = Origin(("a",), "s", "live", AS_OF), Origin(("b",), "w", "simulated", AS_OF)
    assert mode_notes([live]) == []
    assert mode_notes([simulated, live, simulated]) == [SIMULATED_NOTE]
