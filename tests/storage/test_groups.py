"""Sizes of groups by bucket."""

from __future__ import annotations

import asyncio
from pathlib import Path

from cryptodesk.storage.groups import GROUP_SIZE_BOUNDS, GroupSizes
from cryptodesk.storage.sqlite import SqliteDatabase


def test_a_group_is_counted_in_the_first_bucket_that_it_fits_into() -> None:
    groups = GroupSizes()
    for size in (1, 2, 3, 256, 999):
        groups.add(size)
    counted = dict(zip((*GROUP_SIZE_BOUNDS, float("inf")), groups.numbers(), strict=False))
    assert {bound: count for bound, count in counted.items() if count} == {1: 1, 2: 1, 4: 1, 256: 1, float("inf"): 1}
    assert groups.numbers()[-1] == 1 + 2 + 3 + 256 + 999


async def test_every_piece_of_work_that_a_writer_commits_is_in_a_group_and_none_that_fails(tmp_path: Path) -> None:
    with SqliteDatabase(tmp_path / "t.db") as database:
        await database.write(lambda connection: connection.execute("CREATE TABLE t (n INTEGER PRIMARY KEY)"))
        works = [database.write_statements([("INSERT INTO t (n) VALUES (?)", (n,))]) for n in (*range(20), 3)]
        results = await asyncio.gather(*works, return_exceptions=True)
        failed = [result for result in results if isinstance(result, BaseException)]
        *counts, total = database.groups.numbers()
        assert len(failed) == 1
        assert total == 1 + 21 - len(failed)
        assert sum(counts) == database.transactions
