"""Where well-known assets stand on the anchor day, so that a simulated market is of a believable size.

Round figures chosen for the simulation, not market data. What is not listed here gets its size from its place in line.
"""

from __future__ import annotations

from msgspec import Struct

__all__ = ["ANCHORS", "DEFAULT_IDENTITIES", "PEGS", "SECTOR_BY_SYMBOL", "STABLE_SYMBOLS", "Anchor"]


class Anchor(Struct, frozen=True):
    """`beta` is the move per move of the market, `wobble` the daily volatility of the asset's own."""

    price: float
    supply: float
    sector: str
    beta: float = 1.1
    wobble: float = 0.022


# By CoinMarketCap id. Bitcoin's supply is computed from its issuance rule instead.
ANCHORS: dict[int, Anchor] = {
    1: Anchor(94_000.0, 19_800_000.0, "store-of-value", 0.95, 0.006),
    1027: Anchor(3_350.0, 120_400_000.0, "layer-1", 1.1, 0.012),
    825: Anchor(1.0, 137_000_000_000.0, "payments"),
    52: Anchor(2.1, 57_000_000_000.0, "payments", 0.95, 0.026),
    1839: Anchor(700.0, 144_000_000.0, "exchange-tokens", 0.9, 0.014),
    5426: Anchor(190.0, 480_000_000.0, "layer-1", 1.3, 0.02),
    3408: Anchor(1.0, 43_000_000_000.0, "payments"),
    74: Anchor(0.32, 147_000_000_000.0, "memes", 1.3, 0.03),
    2010: Anchor(0.85, 35_100_000_000.0, "layer-1", 1.15, 0.022),
    1958: Anchor(0.25, 86_200_000_000.0, "layer-1", 0.7, 0.018),
    5805: Anchor(36.0, 410_000_000.0, "layer-1", 1.3),
    1975: Anchor(20.0, 638_000_000.0, "oracles", 1.2),
    11419: Anchor(5.5, 2_550_000_000.0, "layer-1", 1.0),
    5994: Anchor(0.000021, 589_000_000_000_000.0, "memes", 1.3, 0.03),
    20947: Anchor(4.1, 2_990_000_000.0, "layer-1", 1.3, 0.028),
    512: Anchor(0.33, 30_500_000_000.0, "payments", 1.0),
    6636: Anchor(6.7, 1_530_000_000.0, "layer-1", 1.2),
    4642: Anchor(0.27, 38_200_000_000.0, "layer-1", 1.1, 0.026),
    1831: Anchor(435.0, 19_800_000.0, "payments", 1.0),
    2: Anchor(103.0, 75_400_000.0, "payments", 1.0, 0.018),
    7083: Anchor(13.2, 600_000_000.0, "decentralized-exchange", 1.25),
    24478: Anchor(0.00002, 420_000_000_000_000.0, "memes", 1.5, 0.04),
    4943: Anchor(1.0, 5_360_000_000.0, "payments"),
    6535: Anchor(5.0, 1_170_000_000.0, "layer-1", 1.3),
    7278: Anchor(310.0, 15_000_000.0, "lending", 1.3),
    328: Anchor(193.0, 18_440_000.0, "privacy", 0.6, 0.02),
    32196: Anchor(24.0, 334_000_000.0, "decentralized-exchange", 1.2, 0.035),
    29470: Anchor(1.0, 5_900_000_000.0, "payments"),
    11841: Anchor(0.73, 4_200_000_000.0, "layer-2", 1.35),
    11840: Anchor(1.8, 1_350_000_000.0, "layer-2", 1.35),
    4705: Anchor(2_640.0, 197_000.0, "real-world-assets", 0.03, 0.007),
    5176: Anchor(2_640.0, 246_000.0, "real-world-assets", 0.03, 0.007),
    1437: Anchor(56.0, 15_900_000.0, "privacy", 0.9, 0.03),
    1321: Anchor(25.0, 150_000_000.0, "layer-1", 1.1),
    8916: Anchor(10.0, 478_000_000.0, "layer-1", 1.2),
    21794: Anchor(8.9, 555_000_000.0, "layer-1", 1.3),
    3794: Anchor(6.4, 391_000_000.0, "layer-1", 1.2),
    30171: Anchor(0.95, 2_930_000_000.0, "defi", 1.5, 0.035),
    35336: Anchor(25.0, 200_000_000.0, "memes", 1.2, 0.05),
}

# The identities that stand in where a world is made without any: CoinMarketCap id, name, ticker, slug,
# launch, chain, contract.
DEFAULT_IDENTITIES: tuple[tuple[int, str, str, str, str, str | None, str | None], ...] = (
    (1, "Bitcoin", "BTC", "bitcoin", "2009-01-03", None, None),
    (1027, "Ethereum", "ETH", "ethereum", "2015-07-30", None, None),
    (825, "Tether USDt", "USDT", "tether", "2014", "ethereum", "0xdac17f958d2ee523a2206206994597c13d831ec7"),
    (52, "XRP", "XRP", "xrp", "2012", None, None),
    (1839, "BNB", "BNB", "bnb", "2017-07", None, None),
    (5426, "Solana", "SOL", "solana", "2020-03", None, None),
    (3408, "USDC", "USDC", "usd-coin", "2018", "ethereum", "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"),
    (74, "Dogecoin", "DOGE", "dogecoin", "2013-12", None, None),
    (2010, "Cardano", "ADA", "cardano", "2017-09", None, None),
    (1975, "Chainlink", "LINK", "chainlink", "2017", "ethereum", "0x514910771af9ca656af840dff83e8264ecf986ca"),
    (7083, "Uniswap", "UNI", "uniswap", "2020-09", "ethereum", "0x1f9840a85d5af5bf1d1762f925bdaddc4201f984"),
    (11841, "Arbitrum", "ARB", "arbitrum", "2023-03", None, None),
)

# Real assets that aim at a currency: ticker -> (US dollars a unit, currency).
STABLE_SYMBOLS: dict[str, tuple[float, str]] = {
    **dict.fromkeys(
        ("USDT", "USDC", "DAI", "USDe", "FDUSD", "TUSD", "USDP", "PYUSD", "BUSD", "USDD", "USD1", "USDS", "FRAX"),
        (1.0, "USD"),
    ),
    "EURC": (1.05, "EUR"),
    "EURS": (1.05, "EUR"),
}

# Real assets that follow another one: ticker -> (the other's CoinMarketCap id, units of it).
PEGS: dict[str, tuple[int, float]] = {
    **dict.fromkeys(("WBTC", "CBBTC", "TBTC"), (1, 1.0)),
    **dict.fromkeys(("WETH", "STETH"), (1027, 1.0)),
    "WSTETH": (1027, 1.19),
    "WBETH": (1027, 1.06),
}


def _by_symbol(**symbols: str) -> dict[str, str]:
    return {symbol: sector.replace("_", "-") for sector, text in symbols.items() for symbol in text.split()}


SECTOR_BY_SYMBOL: dict[str, str] = _by_symbol(
    store_of_value="BTC BSV",
    layer_1="ETH SOL ADA AVAX DOT ATOM NEAR APT SUI TON ALGO EGLD ICP FTM S HBAR TRX XTZ EOS A NEO QTUM KAS SEI TIA "
    "KLAY KAIA FLOW MINA CFX ONE CELO KAVA ASTR GLMR MOVR ROSE ZIL ICX ONT WAVES VET THETA XDC CORE LUNA LUNC MON IP",
    layer_2="MATIC POL ARB OP STRK IMX MNT METIS ZK MANTA LRC BOBA SKL CELR OMG ALT DYM",
    defi="CRV MKR SKY SNX YFI LDO PENDLE CVX BIFI ALCX RUNE INJ ENA ONDO FXS BADGER FARM KP3R UMA TRU RSR BNT COW STG",
    decentralized_exchange="UNI SUSHI CAKE DYDX GMX 1INCH BAL RAY ORCA JUP AERO HYPE JOE DODO OSMO WOO KNC ZRX LIT "
    "ASTER",
    lending="AAVE COMP XVS JST MORPHO NEXO CREAM",
    oracles="LINK BAND TRB API3 DIA PYTH UMA",
    memes="DOGE SHIB PEPE FLOKI BONK WIF BOME MOG FARTCOIN TRUMP SPX PENGU NOT PEOPLE BANANA PUMP WLFI",
    gaming="AXS SAND MANA GALA ILV YGG ALICE TLM SLP MAGIC RON BEAM GHST SUPER ENJ WAXP PORTAL XAI",
    nft_metaverse="APE BLUR RARE IMX AUDIO THETA CHZ ALPINE",
    ai_agents="FET AGIX OCEAN TAO RENDER AKT VIRTUAL WLD NMR PHA ARKM",
    privacy="XMR ZEC DASH ZEN SCRT DUSK XVG BCN DCR",
    storage_compute="FIL AR STORJ SC HNT LPT GLM FLUX BLZ DENT HOT ANKR RLC CTSI",
    exchange_tokens="BNB OKB CRO KCS LEO GT BGB FTT WRX",
    real_world_assets="PAXG XAUt OM CHR POWR PROPC",
    liquid_staking="STETH WSTETH WBETH RPL JTO SSV ETHFI FIS",
    social="MASK GAL CYBER DESO STEEM HIVE",
    payments="XRP XLM LTC BCH XNO DGB PUNDIX ACH REQ COTI AMP SXP JASMY XEC",
)
