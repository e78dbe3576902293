"""Which sources an answer points at."""

from __future__ import annotations

from msgspec import structs

from cryptodesk.evaluation.pointing import cited, short_title
from tests.evaluation.samples import source, trace

FIRST = source("Liquid staking in practice")
SECOND = source("Slashing")
THIRD = source("Oracles and their manipulation (rests on: A paper)")
TRACES = [trace("cmc_content_search", citations=(FIRST, SECOND, THIRD))]


def test_an_address_points_at_its_source() -> None:
    assert cited(f"See {SECOND.url}.", TRACES) == (SECOND,)


def test_a_number_points_at_the_source_of_that_place() -> None:
    assert cited("It is so [1, 3].", TRACES) == (FIRST, THIRD)


def test_a_number_that_is_a_link_text_is_no_number() -> None:
    assert cited("It is so [2](https://elsewhere.example).", TRACES) == ()


def test_a_long_title_points_and_a_short_one_does_not() -> None:
    assert cited("“Oracles and their manipulation” says that slashing hurts.", TRACES) == (THIRD,)


def test_addresses_go_before_numbers_and_each_source_counts_once() -> None:
    assert cited(f"[1] {SECOND.url} and {SECOND.url}", [*TRACES, *TRACES]) == (SECOND,)


def test_a_handbook_title_is_told_from_what_it_rests_on() -> None:
    assert short_title(THIRD.title) == "Oracles and their manipulation"


def test_an_address_that_another_begins_with_is_not_pointed_at() -> None:
    short, long = source("EIP-155: replay protection"), source("EIP-1559: fee market")
    short = structs.replace(short, url="https://eips.example.org/EIPS/eip-155")
    long = structs.replace(long, url="https://eips.example.org/EIPS/eip-1559")
    traces = [trace("cmc_content_search", citations=(short, long))]
    assert cited(f"[the rule]({long.url})", traces) == (long,)
    assert cited(f"See {short.url}.", traces) == (short,)
