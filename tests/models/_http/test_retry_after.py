"""What a server's headers say about when to ask again."""

from __future__ import annotations

import pytest
from multidict import CIMultiDict

from cryptodesk.models._http.retry_after import retry_after_seconds

DATE = "Sun, 22 Nov 2026 08:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"Retry-After": "soon"}, None),
        ({"retry-after-ms": "1e99"}, 86_400.0),
        ({"Retry-After": "1", "retry-after-ms": "250"}, 0.25),
        ({"Retry-After": "2", "retry-after-ms": "x"}, 2.0),
        ({"Date": DATE, "Retry-After": "Sun, 22 Nov 2026 08:02:00 GMT"}, 120.0),
        ({"Date": DATE, "Retry-After": "Sun, 22 Nov 2026 07:00:00 GMT"}, 0.0),
        ({"Retry-After": "Sun, 22 Nov 2026 08:02:00 GMT"}, None),
        ({"Date": "yesterday", "Retry-After": "Sun, 22 Nov 2026 08:02:00 GMT"}, None),
    ],
)
def test_the_pause_is_read_and_nonsense_is_none(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_seconds(CIMultiDict(headers)) == seconds
