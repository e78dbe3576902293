"""Addresses inside networks are never asked, in whatever guise they come."""

from __future__ import annotations

import socket

import pytest

from cryptodesk.documents.fetching import FetchPolicy, FetchRefused
from cryptodesk.documents.fetching._addresses import check_url, is_public
from cryptodesk.documents.fetching._resolver import CheckedResolver

ANY = FetchPolicy()

INSIDE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "not an address",
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_a_network_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1/", "inside a network"),
        ("http://[::1]/", "inside a network"),
        ("http://[::ffff:7f00:1]/", "inside a network"),
        ("http://169.254.169.254/latest/meta-data/", "inside a network"),
        ("http://2130706433/", "inside a network"),
        ("http://0x7f000001/", "inside a network"),
        ("http://0177.0.0.1/", "inside a network"),
        ("http://127.1/", "inside a network"),
        ("http://localhost/", "inside a network"),
        ("http://LOCALHOST./", "inside a network"),
        ("http://wiki.lan/", "inside a network"),
        ("http://printer.local/", "inside a network"),
        ("http://metadata.google.internal/", "inside a network"),
        ("http://router.home.arpa/", "inside a network"),
        ("http://intranet/", "inside a network"),
        ("https://example.org:8443/", "port 8443"),
        ("http://example.org:443/", "port 443"),
        ("http://example.org:22/", "port 22"),
        ("ftp://example.org/", "no http"),
        ("file:///etc/passwd", "no http"),
        ("gopher://example.org/", "no http"),
        ("//example.org/", "no http"),
        ("http://user:secret@example.org/", "user name"),
        ("http://@example.org@127.0.0.1/", "no address|user name|inside"),
        ("https://example.org/" + "a" * 2_001, "2000"),
        ("http://exa mple.org/", "no http|no address"),
        ("http://[::1", "no address"),
        ("", "no http"),
    ],
)
def test_an_address_that_leads_elsewhere_is_refused(url: str, why: str) -> None:
    with pytest.raises(FetchRefused, match=why):
        check_url(url, ANY)


def test_a_public_address_passes_without_its_fragment() -> None:
    assert str(check_url("https://example.org/a?b=1#c", ANY)) == "https://example.org/a?b=1"


def test_only_listed_hosts_pass_when_there_is_a_list() -> None:
    policy = FetchPolicy(allowed_hosts=frozenset({"example.org"}))
    for allowed in ("https://example.org/", "https://www.example.org/"):
        assert check_url(allowed, policy)
    for other in ("https://example.com/", "https://evil.example.org/", "https://example.org.evil.com/"):
        with pytest.raises(FetchRefused, match="not on the list"):
            check_url(other, policy)


def test_what_the_operator_named_himself_may_be_inside_and_nothing_beside_it() -> None:
    policy = FetchPolicy(trusted=frozenset({"http://wiki.lan:8090"}))
    assert check_url("http://wiki.lan:8090/feed", policy)
    for other in ("http://wiki.lan/feed", "http://wiki.lan:8091/", "https://wiki.lan:8090/", "http://git.lan:8090/"):
        with pytest.raises(FetchRefused):
            check_url(other, policy)


async def test_a_name_is_refused_when_one_of_its_addresses_is_inside() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["93.184.216.34", "10.0.0.7"]

    with pytest.raises(FetchRefused, match=r"rebind.example leads to an address inside a network"):
        await CheckedResolver(ANY, resolve).resolve("rebind.example", 80)


async def test_a_name_gives_the_very_addresses_that_were_checked() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["93.184.216.34", "2606:4700:4700::1111"]

    found = await CheckedResolver(ANY, resolve).resolve("example.org", 443)
    assert [(item["host"], item["port"], item["family"]) for item in found] == [
        ("93.184.216.34", 443, socket.AF_INET),
        ("2606:4700:4700::1111", 443, socket.AF_INET6),
    ]


async def test_a_name_without_an_address_is_a_failure_of_the_network() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return []

    with pytest.raises(OSError, match="no address"):
        await CheckedResolver(ANY, resolve).resolve("example.org", 443)
