"""Words for figures that assets have and that are not screened: an amount beside one is of it, not a market cap."""

from __future__ import annotations

__all__ = ["names_other_figure"]

_MONEY = (
    "revenue revenues income profit profits earnings fee fees funding raised treasury inflow inflows outflow outflows"
    " unlock unlocks liquidity reserve reserves deposits borrows loans debt collateral interest exposure liquidations"
    " grants sales volume volumes price prices balance balances holdings backing rewards gas gmv"
)
_COUNTS = (
    "followers follower subscribers members mentions tweets posts views visits visitors searches downloads installs"
    " holders holder wallets addresses users user customers clients accounts developers devs contributors commits stars"
    " transactions txs txns transfers swaps trades orders buys sells buyers sellers validators nodes miners employees"
    " items owners stakers mints"
)
_OTHERS = (
    "yield yields apy apr emissions inflation burn burned burnt staked staking stake tps throughput hashrate supply"
    " float issuance minted score scores volatility beta leverage ath atl"
)
_FIGURES = frozenset(f"{_MONEY} {_COUNTS} {_OTHERS}".split())


def names_other_figure(text: str) -> bool:
    """Whether a folded word or phrase names such a figure: "followers", "total supply"."""
    return not _FIGURES.isdisjoint(text.split())
