"""Which names and which pages may call: the guard against pages that let a name of theirs point at this machine."""

from __future__ import annotations

import pytest

from cryptodesk.core.errors import Forbidden
from cryptodesk.mcp.guard import MisdirectedRequest, allows_pages_of, check_origin
from cryptodesk.mcp.ports import McpSettings

LOCAL = McpSettings()
PUBLIC = McpSettings(is_loopback=False)
NAMED = McpSettings(origins=("https://app.example.org",), hosts=("desk.example.org",), is_loopback=False)


@pytest.mark.parametrize(
    ("settings", "host", "origin"),
    [
        (LOCAL, "127.0.0.1:8080", ""),
        (LOCAL, "localhost", ""),
        (LOCAL, "LocalHost:8080", ""),
        (LOCAL, "[::1]:8080", ""),
        (LOCAL, "127.0.0.1:8080", "http://localhost:6274"),
        (PUBLIC, "anything.example.net", ""),
        (NAMED, "desk.example.org", "https://app.example.org"),
        (NAMED, "desk.example.org", "https://desk.example.org"),
        (NAMED, "localhost:8080", ""),
    ],
)
def test_who_may_call(settings: McpSettings, host: str, origin: str) -> None:
    check_origin(host, origin, settings)


@pytest.mark.parametrize(
    ("settings", "host"),
    [
        (LOCAL, "evil.example.net:8080"),
        (LOCAL, "localhost.evil.example.net"),
        (LOCAL, "127.0.0.1@evil.example.net"),
        (LOCAL, ""),
        (LOCAL, "[::1"),
        (NAMED, "other.example.org"),
    ],
)
def test_a_name_that_is_not_ours_is_refused(settings: McpSettings, host: str) -> None:
    with pytest.raises(MisdirectedRequest, match="mcp_hosts") as caught:
        check_origin(host, "", settings)
    assert caught.value.status == 421


@pytest.mark.parametrize(
    ("settings", "host", "origin"),
    [
        (LOCAL, "127.0.0.1:8080", "https://evil.example.net"),
        (LOCAL, "127.0.0.1:8080", "null"),
        (LOCAL, "127.0.0.1:8080", "http://localhost.evil.example.net"),
        (PUBLIC, "evil.example.net:8080", "http://evil.example.net:8080"),
        (PUBLIC, "desk.example.org", "http://localhost:6274"),
        (NAMED, "desk.example.org", "https://app.example.org.evil.net"),
    ],
)
def test_a_page_that_nobody_allowed_is_refused(settings: McpSettings, host: str, origin: str) -> None:
    with pytest.raises(Forbidden, match="mcp_origins"):
        check_origin(host, origin, settings)


def test_only_named_origins_may_read_answers_in_a_browser() -> None:
    assert allows_pages_of("https://app.example.org", NAMED)
    assert not allows_pages_of("https://desk.example.org", NAMED)
    assert not allows_pages_of("", LOCAL)
