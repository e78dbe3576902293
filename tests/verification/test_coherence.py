"""Two figures of a sentence that give each other the lie."""

from __future__ import annotations

import pytest

from cryptodesk.verification.verdicts import BAD
from tests.verification.support import check


@pytest.mark.parametrize(
    "text",
    [
        "Of Bitcoin 21,000,000 of the 20,080,350 coins exist.",
        "So far 20,080,350 of the 20,080,350 BTC have been mined.",
        "Bitcoin rose from $78,264.10 to $2,466.97.",
    ],
)
def test_a_whole_is_larger_than_its_part_and_a_rise_ends_higher(text: str) -> None:
    assert all(one.verdict in BAD for one in check(text).figures)


@pytest.mark.parametrize(
    "text",
    ["Bitcoin: 20,080,350 of the 21,000,000 coins circulate.", "5 of 5 coins rose, Bitcoin and Ethereum among them."],
)
def test_a_part_of_a_whole_is_no_fault(text: str) -> None:
    assert not any(one.verdict in BAD for one in check(text).figures)
