"""Chains by the one slug that the product uses, with their names at the vendors."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
from msgspec import Struct

__all__ = ["Platform", "find_platform", "load_platforms"]


class Platform(Struct, frozen=True, forbid_unknown_fields=True):
    """A chain. `native` is the asset id of the coin that pays its fees, `chain_id` its EIP-155 number."""

    slug: str
    name: str
    aliases: tuple[str, ...] = ()
    chain_id: int | None = None
    native: int | None = None
    coingecko: str | None = None
    defillama: str | None = None
    address: Literal["evm", "base58", "other"] = "evm"


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    platform: tuple[Platform, ...]


@cache
def load_platforms() -> tuple[Platform, ...]:
    """Every chain the product knows by name."""
    text = (files("cryptodesk.catalog") / "platforms.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), _File).platform


def find_platform(name: str) -> Platform | None:
    """The chain that `name` means: our slug, a vendor's, an everyday alias or an EIP-155 number; None if unknown."""
    return _index().get(" ".join(name.replace("_", " ").casefold().split()))


@cache
def _index() -> dict[str, Platform]:
    index: dict[str, Platform] = {}
    for platform in reversed(load_platforms()):
        for alias in (*platform.aliases, platform.name, platform.coingecko, platform.defillama, platform.chain_id):
            if alias is not None:
                index[str(alias).casefold()] = platform
    return index | {platform.slug: platform for platform in load_platforms()}
