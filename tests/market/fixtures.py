"""A small catalogue with the traps of the large one: rivals, English words, former tickers, addresses."""

from __future__ import annotations

from cryptodesk.market.records import Asset

__all__ = ["ASSETS"]

ASSETS = (
    Asset(
        1,
        "Bitcoin",
        "BTC",
        "bitcoin",
        1,
        aliases=("xbt",),
        max_supply="21000000",
        exchange_symbols={"binance_usdm": "BTCUSDT"},
    ),
    Asset(1027, "Ethereum", "ETH", "ethereum", 2, aliases=("ether",), exchange_symbols={"binance_usdm": "ETHUSDT"}),
    Asset(
        825,
        "Tether USDt",
        "USDT",
        "tether",
        3,
        aliases=("tether",),
        platform="ethereum",
        token_address="0xdac17f958d2ee523a2206206994597c13d831ec7",
    ),
    Asset(52, "XRP", "XRP", "xrp", 4, aliases=("ripple",), exchange_symbols={"binance_usdm": "XRPUSDT"}),
    Asset(1839, "BNB", "BNB", "bnb", 5, aliases=("binance coin",), exchange_symbols={"binance_usdm": "BNBUSDT"}),
    Asset(5426, "Solana", "SOL", "solana", 6, exchange_symbols={"binance_usdm": "SOLUSDT"}),
    Asset(74, "Dogecoin", "DOGE", "dogecoin", 8, exchange_symbols={"binance_usdm": "DOGEUSDT"}),
    Asset(32196, "Hyperliquid", "HYPE", "hyperliquid", 11, exchange_symbols={"binance_usdm": "HYPEUSDT"}),
    Asset(
        1975,
        "Chainlink",
        "LINK",
        "chainlink",
        14,
        platform="ethereum",
        token_address="0x514910771af9ca656af840dff83e8264ecf986ca",
    ),
    Asset(1831, "Bitcoin Cash", "BCH", "bitcoin-cash", 16),
    Asset(1437, "Zcash", "ZEC", "zcash", 20, max_supply="21000000", exchange_symbols={"binance_usdm": "ZECUSDT"}),
    Asset(5805, "Avalanche", "AVAX", "avalanche", 21),
    Asset(512, "Stellar", "XLM", "stellar", 22),
    Asset(6636, "Polkadot", "DOT", "polkadot-new", 30),
    Asset(1321, "Ethereum Classic", "ETC", "ethereum-classic", 33),
    Asset(6535, "NEAR Protocol", "NEAR", "near-protocol", 40, aliases=("near",)),
    Asset(3794, "Cosmos", "ATOM", "cosmos", 60, aliases=("cosmos hub",)),
    Asset(30171, "Ethena", "ENA", "ethena", 62, exchange_symbols={"binance_usdm": "ENAUSDT"}),
    Asset(
        35336,
        "OFFICIAL TRUMP",
        "TRUMP",
        "official-trump",
        65,
        platform="solana",
        token_address="6p6xgHyF7AeE6TZkSmFsko444wqoP15icUSqi2jfGiPN",
        exchange_symbols={"binance_usdm": "TRUMPUSDT"},
    ),
    Asset(11840, "Optimism", "OP", "optimism-ethereum", 90),
    Asset(6719, "The Graph", "GRT", "the-graph", 95),
    Asset(
        28321, "POL (ex-MATIC)", "POL", "polygon-ecosystem-token", 50, aliases=("polygon",), former_symbols=("MATIC",)
    ),
    Asset(1785, "Gas", "GAS", "gas", 250),
    Asset(3945, "Harmony", "ONE", "harmony", 400),
    Asset(9991, "Bitcoin Token Copy", "BTC", "bitcoin-token-copy"),
    Asset(9992, "Aardvark Link", "LINK", "aardvark-link", None, is_active=False),
    Asset(9993, "Zinc", "ZNC", "zinc"),
    Asset(9994, "Zine", "ZNE", "zine"),
)
