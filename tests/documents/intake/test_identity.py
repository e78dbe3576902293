"""A feed that becomes somebody else's is noticed; a new coat of paint is not."""

from __future__ import annotations

import pytest

from cryptodesk.documents.intake.identity import identity_problem
from cryptodesk.documents.store import Identity
from tests.documents.support import subscription


@pytest.mark.parametrize(
    ("known", "found", "is_same"),
    [
        (Identity("Paper", "paper.example"), Identity("The New Paper", "paper.example"), True),
        (Identity("Paper", "paper.example"), Identity("Paper", "paper.org"), True),
        (Identity("Paper", "paper.example"), Identity(" PAPER ", "paper.org"), True),
        (Identity("Paper", "paper.example"), Identity("News", "news.paper.example"), True),
        (Identity("Paper", "paper.example"), Identity("Casino", "casino.example"), False),
        (Identity("", "paper.example"), Identity("", "casino.example"), False),
        (Identity("Paper", "paper.example"), Identity("Casino", "notpaper.example"), False),
        (None, Identity("Paper", "paper.example"), True),
        (Identity("Paper", "paper.example"), None, True),
    ],
)
def test_a_new_name_on_another_site_is_somebody_else(
    known: Identity | None, found: Identity | None, is_same: bool
) -> None:
    told = identity_problem(subscription("rss", "https://paper.example/feed", identity=known), found)
    assert (told is None) is is_same
    if told is not None:
        assert "cryptodesk documents sync 1 --accept-identity" in told
