"""`cryptodesk serve`: what it says when it starts."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cryptodesk.cli.serve import Welcome, web_link
from tests.clients.server import environment

KEY = "cd_a-b_c"


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/#key=cd_a-b_c"),
        ("http://127.0.0.2:1", "http://127.0.0.2:1/#key=cd_a-b_c"),
        ("http://localhost:8080", "http://localhost:8080/#key=cd_a-b_c"),
        ("http://[::1]:8080", "http://[::1]:8080/#key=cd_a-b_c"),
        ("http://0.0.0.0:8080", "http://127.0.0.1:8080/#key=cd_a-b_c"),
        ("http://[::]:8080", "http://[::1]:8080/#key=cd_a-b_c"),
        ("http://192.168.1.5:8080", None),
        ("http://[2001:db8::1]:8080", None),
        ("http://desk.example:8080", None),
    ],
)
def test_a_link_brings_the_key_only_where_no_network_is_between(address: str, link: str | None) -> None:
    assert web_link(address, KEY) == link


def test_a_key_that_means_something_in_an_address_is_escaped() -> None:
    assert web_link("http://127.0.0.1:1", "a&b=#%") == "http://127.0.0.1:1/#key=a%26b%3D%23%25"


def test_the_link_comes_once_and_only_after_a_first_key() -> None:
    said: list[str] = []
    welcome = Welcome(said.append)
    welcome("cryptodesk 1 listening on http://127.0.0.1:1")
    welcome(f"API key: {KEY}")
    welcome("something else")
    welcome("cryptodesk 1 listening on http://127.0.0.1:2 with 4 workers")
    welcome("cryptodesk 1 listening on http://127.0.0.1:3")
    assert [text for text in said if "#key" in text] == [
        f"open http://127.0.0.1:2/#key={KEY} in a browser of this machine"
    ]
    assert len(said) == 6


def test_an_address_of_a_network_is_told_without_the_key() -> None:
    said: list[str] = []
    welcome = Welcome(said.append)
    welcome(f"API key: {KEY}")
    welcome("cryptodesk 1 listening on http://192.168.1.5:1")
    assert said == [f"API key: {KEY}", "cryptodesk 1 listening on http://192.168.1.5:1"]


@contextmanager
def starting(home: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "cryptodesk", "serve", "--port", "0", "--data", "simulated"]
    with subprocess.Popen(
        command, env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def lines(process: subprocess.Popen[str], until: str) -> list[str]:
    assert process.stdout is not None
    found: list[str] = []
    for line in process.stdout:
        found.append(line.strip())
        if until in line:
            break
    return found


@pytest.mark.slow
def test_the_first_start_prints_a_link_and_the_second_does_not(tmp_path: Path) -> None:
    with starting(tmp_path) as process:
        key, _, link = lines(process, "#key=")
        assert re.fullmatch(rf"open http://127.0.0.1:\d+/#key={key.removeprefix('API key: ')} in .*", link)
    with starting(tmp_path) as process:
        (address,) = lines(process, "listening on")
        assert "#" not in address
