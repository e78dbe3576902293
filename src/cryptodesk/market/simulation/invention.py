"""Coins that exist nowhere else, and those that want to be taken for others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cryptodesk.market.records import Asset
from cryptodesk.market.simulation.addresses import address_on, platform_for
from cryptodesk.market.simulation.coins import (
    ALL_REAL_PLACES,
    FIRST_INVENTED_ID,
    FIRST_PLACE,
    MOST_RANKED,
    NEVER,
    OFFSETS,
    Coin,
    Origin,
    Redenomination,
    Rename,
    cap_at,
)
from cryptodesk.market.simulation.days import DAYS, midnight, to_day
from cryptodesk.market.simulation.factors import SECTORS
from cryptodesk.market.simulation.names import HOSTILE_NAMES, coin_name, lookalike_of, slug_of, ticker_of
from cryptodesk.market.simulation.randomness import Draws

__all__ = ["Invention"]

_MODELS = 60
_FIRST_FOUNDED = to_day(2014)
_TODAY = to_day(2026, 6)
_FOUNDED_AFTER_ALL = 0.84

# What is special about the nth invented coin of every hundred. All kinds are met in a world of a hundred coins.
_SPECIAL: dict[int, Origin] = {
    **dict.fromkeys((7, 37, 67), "collision"),
    **dict.fromkeys((13, 63), "impostor"),
    29: "lookalike",
    61: "hostile",
    40: "stablecoin",
}

# Places that those who borrow another's name are behind the others.
_SETBACK: dict[Origin, int] = {"collision": 2_000, "impostor": 30_000, "lookalike": 30_000, "hostile": 30_000}


class Invention:
    """The nth coin is the same whatever the size of the world.

    A slug is of the first name that a coin had, and stays."""

    def __init__(self, seed: int, real: Sequence[Asset]) -> None:
        self._seed = seed
        self._models = [asset for asset in real if asset.is_active][:_MODELS]
        self._slugs = {asset.slug for asset in real}
        self._first_place = FIRST_PLACE + min(len(real), ALL_REAL_PLACES)
        self._special: dict[Origin, Callable[[Draws, int], tuple[str, str]]] = {
            "collision": self._collision,
            "impostor": self._impostor,
            "lookalike": self._lookalike,
            "hostile": self._hostile,
            "stablecoin": self._stablecoin,
        }

    def build(self, number: int) -> Coin:
        draws = Draws(self._seed, "coin", number)
        origin: Origin = _SPECIAL.get(number % 100, "invented")
        word = draws.word()
        if origin == "invented":
            name = coin_name(draws)
            symbol = ticker_of(name, word)
        else:
            name, symbol = self._special[origin](draws, number)
        born, ends = _life(draws, origin)
        platform = platform_for(draws.word(), native_allowed=origin in {"invented", "collision"})
        rename = _rename(word, draws, born, ends) if origin == "invented" else None
        asset = Asset(
            FIRST_INVENTED_ID + number,
            name,
            symbol,
            self._free_slug(rename.name if rename else name, number),
            is_active=ends == NEVER,
            former_symbols=(rename.symbol,) if rename else (),
            platform=platform,
            token_address=address_on(platform, draws.raw) if platform else None,
            launched=midnight(born).date().isoformat(),
        )
        return self._coin(asset, origin, draws, (born, ends, number, word), rename)

    def _coin(
        self, asset: Asset, origin: Origin, draws: Draws, facts: tuple[int, int, int, int], rename: Rename | None
    ) -> Coin:
        born, ends, number, word = facts
        temper = Draws(self._seed, "temper", number)
        is_dust = origin in {"impostor", "lookalike", "hostile"}
        place = self._first_place + number + _SETBACK.get(origin, 0)
        cap = cap_at(place, draws.between(-0.35, 0.35))
        is_stable = origin == "stablecoin"
        supply = cap * 40 if is_stable else 10 ** temper.between(6.5, 11.5)
        wobble = temper.between(0.03, 0.06) + (0.02 if is_dust else 0.0)
        beta = temper.between(0.7, 1.7)
        is_capped = temper.unit() < 0.6 and not is_stable
        return Coin(
            asset=asset,
            origin=origin,
            born=born,
            ends=ends,
            sector=SECTORS.index("payments") if is_stable else temper.index(len(SECTORS)),
            price=1.0 if is_stable else cap / supply,
            supply=supply,
            beta=beta,
            load=0.011 * temper.between(0.5, 1.5),
            wobble=wobble,
            offset=temper.index(OFFSETS),
            swing=0.0005 if is_stable else 0.5 * beta * 0.024 + 0.8 * wobble,
            key=temper.word() >> 2 | 1,
            turnover=(0.2 if is_stable else 0.03) * 10 ** temper.between(-0.6, 0.4),
            dex_share=temper.between(0.1, 1.0) if asset.platform else 0.0,
            growth=temper.between(0.0, 0.06),
            max_supply=supply / temper.between(0.3, 0.95) if is_capped else None,
            is_ranked=number < MOST_RANKED and not is_dust and (number < 100 or temper.unit() < 0.8),
            gap_threshold=10 + (word >> 7) % 60 if number > 60 and (word >> 3) % 16 == 0 and not is_stable else 0,
            currency="USD" if is_stable else None,
            model_id=self._model(number).asset_id if origin in {"impostor", "lookalike", "collision"} else None,
            rename=rename,
            redenomination=_redenomination(word, born, ends) if origin == "invented" else None,
        )

    def _model(self, number: int) -> Asset:
        """The prominent asset that the nth coin is mistaken for: all of them in turn, the largest first."""
        return self._models[(number // 100 * 7 + number % 100 // 12) % len(self._models)]

    def _free_slug(self, name: str, number: int) -> str:
        slug = slug_of(name)
        if slug in self._slugs:
            slug = f"{slug}-{number}"
        self._slugs.add(slug)
        return slug

    def _collision(self, draws: Draws, number: int) -> tuple[str, str]:
        return coin_name(draws), self._model(number).symbol

    def _impostor(self, draws: Draws, number: int) -> tuple[str, str]:
        model = self._model(number)
        return model.name, model.symbol

    def _lookalike(self, draws: Draws, number: int) -> tuple[str, str]:
        model = self._model(number)
        word = draws.word()
        return lookalike_of(model.name, word), lookalike_of(model.symbol, 0) if word & 4 else model.symbol

    def _hostile(self, draws: Draws, number: int) -> tuple[str, str]:
        return HOSTILE_NAMES[number // 100 % len(HOSTILE_NAMES)]

    def _stablecoin(self, draws: Draws, number: int) -> tuple[str, str]:
        root = coin_name(draws).split()[0]
        return f"{root} USD", f"{root[0].lower()}{root[1].upper()}USD"


def _life(draws: Draws, origin: Origin) -> tuple[int, int]:
    """First day and the day after the last. Most were born before mid-2026; the world keeps founding new ones."""
    chance = draws.unit()
    if chance < _FOUNDED_AFTER_ALL:
        born = _FIRST_FOUNDED + int((chance / _FOUNDED_AFTER_ALL) ** 0.6 * (_TODAY - _FIRST_FOUNDED))
    else:
        later = (chance - _FOUNDED_AFTER_ALL) / (1 - _FOUNDED_AFTER_ALL)
        born = _TODAY + int(later * (DAYS - 400 - _TODAY) * 0.5)
    chance = draws.unit()
    if chance > 0.14 or origin == "hostile":
        return born, NEVER
    ends = born + 220 + int(chance / 0.14 * 2_400)
    return born, ends if ends < DAYS else NEVER


def _rename(word: int, draws: Draws, born: int, ends: int) -> Rename | None:
    if (word >> 12) % 32:
        return None
    former = coin_name(draws)
    day = born + 90 + (word >> 17) % 900
    return Rename(day, former, ticker_of(former, word >> 5)) if day < min(ends, DAYS) else None


def _redenomination(word: int, born: int, ends: int) -> Redenomination | None:
    if (word >> 13) % 64:
        return None
    day = born + 120 + (word >> 18) % 1_100
    ratio = (10.0, 100.0, 1_000.0)[(word >> 20) % 3]
    return Redenomination(day, ratio) if day < min(ends, DAYS) else None
