"""What it costs to find out which asset is meant: exact and misspelt names among 20,000, mentions in a question, and
what the shipped directory costs at the start."""

from __future__ import annotations

import gc
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from itertools import cycle

from bench.components import Component, Figure, microseconds_per_call
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.identity.mentions import AssetMentions
from cryptodesk.market.records import Asset

__all__ = ["COMPONENT"]

ASSETS = 20_000
QUERIES = 300
_SYLLABLES = [a + b for a in (*"bcdfghklmnprstvwxz", "sh", "ch", "tr", "gr") for b in "aeiouy"]
_ENDINGS = ("Coin", " Token", " Finance", " Protocol", " Network", "Swap", " DAO", " Inu", " Chain", "", " Labs")
_QUESTION = "How did Bitcoin do against ETH last month, and is the LINK token near its high?"
_START = """
import time
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.identity.mentions import AssetMentions
def resident(): return int(open("/proc/self/statm").read().split()[1]) * 4096
before, began = resident(), time.perf_counter()
mentions = AssetMentions(AssetDirectory())
mentions.find("price of bitcoin")
seconds = time.perf_counter() - began
mentions._directory.lookup("dogelon marz")
print(seconds * 1e3, (resident() - before) / 1e6)
"""


def measure() -> Sequence[Figure]:
    return [*_of_a_large_directory(), *_of_the_shipped_directory()]


def _of_a_large_directory() -> list[Figure]:
    assets = _assets()
    directory = AssetDirectory(assets)
    chance = random.Random(7)
    chosen = chance.sample(assets, QUERIES)
    names = cycle([asset.name for asset in chance.sample(assets, ASSETS)])
    directory.lookup(_with_a_slip(chosen[0].name, chance))  # makes the index of parts
    slips = [(asset, _with_a_slip(asset.name, chance)) for asset in chosen]
    times = sorted(_microseconds(lambda slip=slip: directory.lookup(slip)) for _, slip in slips)  # type: ignore[misc]
    found = sum(asset in [match.asset for match in directory.lookup(slip)] for asset, slip in slips)
    how = f"{ASSETS:,} assets; every query is a new one"
    exact = microseconds_per_call(lambda: directory.exact(next(names)), repeats=3, seconds=0.05)
    return [
        Figure("asset by exact name: CPU", exact, "us", how, goal=20.0),
        Figure("asset by misspelt name: CPU, p95", times[int(QUERIES * 0.95)], "us", how, goal=2_000.0),
        Figure("asset by misspelt name: right one in the top five", 100 * found / QUERIES, "%", how),
    ]


def _of_the_shipped_directory() -> list[Figure]:
    directory = AssetDirectory()
    mentions = AssetMentions(directory)
    mentions.find(_QUESTION)
    symbols = cycle([asset.symbol for asset in directory.assets])
    run = subprocess.run([sys.executable, "-c", _START], capture_output=True, text=True, check=True)
    milliseconds, megabytes = map(float, run.stdout.split())
    how = f"{len(directory):,} assets that ship"
    read = microseconds_per_call(lambda: mentions.find(_QUESTION))
    exact = microseconds_per_call(lambda: directory.exact(next(symbols)), repeats=3, seconds=0.05)
    return [
        Figure("mentions in a question of 16 words: CPU", read, "us", how),
        Figure("asset by ticker, asked again: CPU", exact, "us", how, goal=20.0),
        Figure("identities from nothing to the first question", milliseconds, "ms", how),
        Figure("memory of all identities with every index", megabytes, "MB", how),
    ]


def _assets() -> list[Asset]:
    chance = random.Random(3)
    names: dict[str, None] = {}
    while len(names) < ASSETS:
        name = "".join(chance.choice(_SYLLABLES) for _ in range(chance.choice((2, 2, 3, 3, 4)))).capitalize()
        names[name + chance.choice(_ENDINGS)] = None
    return [
        Asset(2_000_000_000 + rank, name, _ticker(name, chance), _slug(name), rank)
        for rank, name in enumerate(names, 1)
    ]


def _ticker(name: str, chance: random.Random) -> str:
    return name.replace(" ", "")[: chance.choice((3, 4, 5))].upper()


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-")


def _with_a_slip(name: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(name) - 1)
    return chance.choice(
        (name[:at] + name[at + 1 :], name[:at] + chance.choice("aeiou") + name[at:], name[:at] + "x" + name[at + 1 :])
    )


def _microseconds(call: Callable[[], object]) -> float:
    gc.disable()
    began = time.thread_time()
    call()
    spent = time.thread_time() - began
    gc.enable()
    return spent * 1e6


COMPONENT = Component("asset lookup", measure)
