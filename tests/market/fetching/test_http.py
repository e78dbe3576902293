"""What can be asked at all: addresses that stay where they belong and texts that keep secrets."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from yarl import URL

from cryptodesk.market.fetching.http import HttpRequest, SourcePolicy, path_of, url_of
from tests.market.sources.bad_days import POLICY

HTTPS = structs.replace(POLICY, base_url="https://api.acme.test/public/")


def url(path: str, **fields: Any) -> str:
    return str(url_of(HTTPS, HttpRequest(path, **fields)))


def test_a_path_is_appended_to_the_base_address() -> None:
    assert url("/v1/map") == "https://api.acme.test/public/v1/map"
    assert url("") == "https://api.acme.test/public"
    assert url("/v1/map", params=(("a", "1"), ("a", "2&3"))) == "https://api.acme.test/public/v1/map?a=1&a=2%263"


def test_an_absolute_address_stands_for_itself_but_not_in_the_clear() -> None:
    assert url("https://other.test/x") == "https://other.test/x"
    with pytest.raises(ValueError, match="not asked over http"):
        url("http://other.test/x")


@pytest.mark.parametrize(
    "path",
    ["v1/map", "//evil.test/x", "@evil.test/", ":80/x", "/a?b=c", "/a#b", "/a/../b", "/..", "/a/%2e%2E/b", "/./a",
     "/a b", "/a\r\nX: y", "/a\\b", "/a\x7f", "http://", "https://user:key@host/", "https://h/?a=b", "https://h/a/../b",
     "https://h/#x", "http://[", "https://h//x y"],
)  # fmt: skip
def test_a_path_that_would_lead_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=r"path|address"):
        HttpRequest(path)


def test_only_what_can_be_sent_can_be_asked() -> None:
    for fields in (
        {"method": "DELETE"},
        {"weight": 0},
        {"headers": (("X-Key", "a\nb"),)},
        {"headers": (("X Y", "a"),)},
    ):
        with pytest.raises(ValueError, match=r"asked by|weighs|header"):
            HttpRequest("/a", **fields)  # type: ignore[arg-type]


def test_a_refused_header_is_named_and_its_value_is_not() -> None:
    with pytest.raises(ValueError, match="X-Key") as caught:
        HttpRequest("/a", headers=(("X-Key", "s3cret\n"),))
    assert "s3cret" not in str(caught.value)


@given(st.lists(st.text(min_size=1), min_size=1, max_size=4))
def test_any_text_stays_one_segment_of_the_path(segments: list[str]) -> None:
    try:
        path = path_of(*segments)
    except ValueError:  # lone surrogates cannot be sent either
        assert any(text in (".", "..") or not text.isprintable() for text in segments)
        return
    sent = url_of(HTTPS, HttpRequest(path))
    assert sent.host == "api.acme.test"
    assert [unquote(part) for part in sent.raw_parts[2:]] == segments
    assert (sent.raw_query_string, sent.raw_fragment) == ("", "")


def test_a_segment_that_would_climb_is_refused() -> None:
    for segment in ("", ".", ".."):
        with pytest.raises(ValueError, match="segment"):
            path_of("coins", segment)


def test_neither_requests_nor_policies_show_their_secrets() -> None:
    request = HttpRequest("/rpc/s3cret", params=(("key", "s3cret"),), headers=(("X-Key", "s3cret"),), body=b"s3cret")
    policy = structs.replace(POLICY, base_url="https://rpc.acme.test/s3cret")
    assert "s3cret" not in f"{request!r} {request} {policy!r} {policy}"


def test_equal_requests_are_one_key() -> None:
    assert len({HttpRequest("/a", params=(("b", "c"),)) for _ in range(3)}) == 1


@pytest.mark.parametrize(
    "changes",
    [{"base_url": "ftp://x"}, {"base_url": "acme.test"}, {"base_url": ""}, {"base_url": "https://s3cret@h/"},
     {"base_url": "https://h/?key=s3cret"}, {"per_minute": 0}, {"per_minute": float("inf")},
     {"timeout_seconds": float("nan")}, {"connect_seconds": -1}, {"burst": 0}, {"concurrency": 0},
     {"max_body_bytes": 0}, {"breaker_failures": 0}, {"retries": -1}, {"per_day": -1}, {"limited_seconds": 0}],
)  # fmt: skip
def test_a_policy_that_cannot_work_is_refused_without_showing_the_address(changes: dict[str, Any]) -> None:
    fields = {name: getattr(POLICY, name) for name in POLICY.__struct_fields__}
    with pytest.raises(ValueError, match=r"expected|negative") as caught:
        SourcePolicy(**{**fields, **changes})
    assert "s3cret" not in str(caught.value)


def test_a_base_address_with_a_key_in_its_path_keeps_it() -> None:
    policy = structs.replace(POLICY, base_url="https://rpc.acme.test/v3/a1b2/")
    assert url_of(policy, HttpRequest("")) == URL("https://rpc.acme.test/v3/a1b2")
