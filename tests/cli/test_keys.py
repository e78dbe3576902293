"""`cryptodesk keys`: what a key is for is chosen when it is made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.support import cryptodesk


@pytest.mark.parametrize(("only", "scopes"), [((), ["run", "account"]), (("--only", "account"), ["account"])])
def test_a_key_is_for_everything_or_for_one_thing(tmp_path: Path, only: tuple[str, ...], scopes: list[str]) -> None:
    made = cryptodesk(tmp_path, "keys", "create", "bot", *only, "--json")
    assert json.loads(made.stdout)["scopes"] == scopes
    listed = cryptodesk(tmp_path, "keys", "list", "--json")
    assert [key["scopes"] for key in json.loads(listed.stdout)["keys"]] == [scopes]


def test_what_a_key_cannot_be_for_is_refused(tmp_path: Path) -> None:
    made = cryptodesk(tmp_path, "keys", "create", "bot", "--only", "everything")
    assert made.returncode == 2
    assert "everything" in made.stderr
