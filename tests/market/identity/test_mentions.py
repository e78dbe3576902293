"""Assets in questions: names, tickers, slips of the pen; and English words that only look like assets."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.identity.mentions import AssetMentions, Mention
from cryptodesk.market.records import Asset
from tests.market.fixtures import ASSETS

MENTIONS = AssetMentions(AssetDirectory(ASSETS))


def symbols(text: str) -> list[str]:
    return [mention.symbol for mention in MENTIONS.find(text)]


def only(text: str) -> Mention:
    (mention,) = MENTIONS.find(text)
    return mention


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What is the price of Bitcoin and Ethereum?", ["BTC", "ETH"]),
        ("btc vs eth", ["BTC", "ETH"]),
        ("Bitcoin's price, please", ["BTC"]),
        ("bitcoin’s market cap", ["BTC"]),
        ("and ethereum?", ["ETH"]),
        ("$eth to the moon", ["ETH"]),
        ("bitcoin cash vs bitcoin", ["BCH", "BTC"]),
        ("Bitcoin-Cash or ethereum  classic", ["BCH", "ETC"]),
        ("near protocol, avalanche and xrp", ["NEAR", "AVAX", "XRP"]),
        ("how did ripple do in March 2024?", ["XRP"]),
        ("convert 100 usdt to btc", ["USDT", "BTC"]),
        ("polygon (formerly MATIC)", ["POL", "POL"]),
        ("two bitcoins", ["BTC"]),
        ("BTC ETH SOL", ["BTC", "ETH", "SOL"]),
        ("比特币 BTC 价格", ["BTC"]),
    ],
)
def test_names_and_tickers_are_found_in_order(text: str, expected: list[str]) -> None:
    assert symbols(text) == expected


@pytest.mark.parametrize(
    ("text", "expected", "covered"),
    [
        ("SOL/USDT on the daily chart", "SOL", "SOL/USDT"),
        ("btc-usd last week", "BTC", "btc-usd"),
        ("ETHUSDT volume", "ETH", "ETHUSDT"),
        ("near/usdt", "NEAR", "near/usdt"),
        ("GAS/USDT", "GAS", "GAS/USDT"),
        ("chart of BTC/$USDT", "BTC", "BTC/$USDT"),
    ],
)
def test_a_trading_pair_is_its_base_asset(text: str, expected: str, covered: str) -> None:
    mention = only(text)
    assert (mention.symbol, mention.text) == (expected, covered)
    assert mention.confidence > 0.9


def test_a_pair_of_two_coins_is_both() -> None:
    assert symbols("ETH/BTC ratio") == ["ETH", "BTC"]


@pytest.mark.parametrize(
    "text",
    [
        "link to the page",
        "click the link below",
        "here is the link: https://link.com/near/bitcoin",
        "write to sales@bitcoin.org",
        "support is near the low",
        "near-term outlook",
        "Near the end of March",
        "one more question",
        "which one is best?",
        "is this the one?",
        "President Trump said he likes crypto",
        "What did Trump announce?",
        "Trump tariffs moved markets",
        "the hype around AI coins",
        "there is a lot of hype",
        "gas fees are high",
        "what is the gas price?",
        "the average gas price today",
        "an atom bomb",
        "dot the i",
        "an avalanche of sellers",
        "Stellar performance this year",
        "the graph shows a rise",
        "the whole cosmos of coins",
        "op-ed about markets",
        "ripple effects",
        "WHAT IS THE NEXT ONE NEAR THE LOW",
        "Do You Think The Link Works Near Term",
        "tell me about markets, etc.",
        "weather, whether, finance, market, celestial, ethereal, phantom",
        "price prediction for next week",
        "what should I buy?",
        "",
        "?!",
        "12 + 30",
    ],
)
def test_plain_english_names_no_asset(text: str) -> None:
    assert symbols(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LINK", "LINK"),
        ("link?", "LINK"),
        ("and near?", "NEAR"),
        ("$LINK to the moon", "LINK"),
        ("$one", "ONE"),
        ("price of one?", "ONE"),
        ("price of ONE today", "ONE"),
        ("What is the link price?", "LINK"),
        ("the price of link", "LINK"),
        ("how is near doing", "NEAR"),
        ("what is near?", "NEAR"),
        ("should I buy link?", "LINK"),
        ("near market cap", "NEAR"),
        ("what is hype trading at", "HYPE"),
        ("HYPE is up 10 %", "HYPE"),
        ("trump coin price", "TRUMP"),
        ("price of trump", "TRUMP"),
        ("Official Trump token", "TRUMP"),
        ("dot price", "DOT"),
        ("op price", "OP"),
        ("tell me about atom", "ATOM"),
        ("I hold some Optimism", "OP"),
        ("price of the graph", "GRT"),
        ("$GAS price", "GAS"),
        ("WHAT IS THE PRICE OF LINK?", "LINK"),
        ("is link worth it", "LINK"),
        ("why is hype pumping", "HYPE"),
    ],
)
def test_english_words_beside_words_about_assets_are_assets(text: str, expected: str) -> None:
    mention = only(text)
    assert mention.symbol == expected
    assert mention.is_ticker_word


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sol and near", ["SOL", "NEAR"]),
        ("near or sol?", ["NEAR", "SOL"]),
        ("compare eth, link and dot", ["ETH", "LINK", "DOT"]),
        ("link, dot, eth", ["LINK", "DOT", "ETH"]),
        ("btc vs one", ["BTC", "ONE"]),
        ("compare btc with ETH, SOL, OP", ["BTC", "ETH", "SOL", "OP"]),
        ("bitcoin and one more question", ["BTC"]),
        ("click the link, bitcoin is up", ["BTC"]),
        ("BTC, ETH, etc.", ["BTC", "ETH"]),
        ("SELL ONE BTC", ["BTC"]),
        ("Bitcoin is trading near 60000", ["BTC"]),
        ("gas fees on ethereum", ["ETH"]),
        ("What did Trump do to bitcoin?", ["BTC"]),
        ("LINK price near $10", ["LINK"]),
    ],
)
def test_english_words_are_assets_in_a_list_of_assets_and_not_merely_near_one(text: str, expected: list[str]) -> None:
    assert symbols(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("etherium price", "ETH"),
        ("ethreum", "ETH"),
        ("bitcon", "BTC"),
        ("bitocin today", "BTC"),
        ("solona", "SOL"),
        ("dogcoin", "DOGE"),
        ("chainlnik", "LINK"),
        ("hyperliqiud", "HYPE"),
        ("polkadto", "DOT"),
    ],
)
def test_slips_of_the_pen_are_forgiven_with_less_confidence(text: str, expected: str) -> None:
    mention = only(text)
    assert mention.symbol == expected
    assert mention.confidence <= 0.7


@pytest.mark.parametrize(
    "text", ["btx", "bitco", "finance", "altcoin", "cosmic", "zach", "stellaris", "header", "hyperlinks"]
)
def test_short_and_ordinary_words_are_not_bent_into_assets(text: str) -> None:
    assert symbols(text) == []


def test_a_mention_says_where_it_stands() -> None:
    text = "Compare $eth, Bitcoin Cash and BTC/USDT."
    for mention in MENTIONS.find(text):
        assert text[mention.start : mention.end] == mention.text
    assert [mention.text for mention in MENTIONS.find(text)] == ["$eth", "Bitcoin Cash", "BTC/USDT"]


def test_a_mention_carries_the_identity_of_its_asset() -> None:
    mention = only("how much is ether?")
    assert (mention.asset_id, mention.symbol, mention.name) == (1027, "ETH", "Ethereum")
    assert not mention.is_ticker_word


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("price of asset id 1027", "id 1027"),
        ("ID: 1027", "ID: 1027"),
        ("the one with id #1027, please", "id #1027"),
        ("how did the coin with id=1027 do", "id=1027"),
    ],
)
def test_an_asset_is_told_by_its_id(text: str, covered: str) -> None:
    mention = only(text)
    assert (mention.symbol, mention.text, mention.rivals, mention.is_close_call) == ("ETH", covered, (), False)


@pytest.mark.parametrize(
    "text",
    [
        "my transaction id 1027 is stuck",
        "order id: 1027",
        "token id 1027 of the collection",
        "id 1027.5",
        "id 99999",
        "id 10270000000000000",
        "an id",
        "what id? 1027",
    ],
)
def test_other_numbers_are_no_ids_of_assets(text: str) -> None:
    assert symbols(text) == []


def test_an_asset_named_twice_is_found_twice() -> None:
    assert symbols("bitcoin, that is BTC") == ["BTC", "BTC"]


def test_confidence_falls_from_dollar_sign_to_capitals_to_context_to_slip() -> None:
    texts = ("$link", "LINK is up", "the price of link", "what is link?", "chanlink")
    confidences = [only(text).confidence for text in texts[:4]]
    assert confidences == sorted(confidences, reverse=True)
    assert len(set(confidences)) == 4


def test_a_ticker_of_several_assets_means_the_largest_and_names_the_others() -> None:
    mention = only("BTC price")
    assert (mention.asset_id, mention.rivals) == (1, (9991,))
    twins = AssetMentions(
        AssetDirectory([Asset(1, "A One", "TWN", "a-one", 100), Asset(2, "B Two", "TWN", "b-two", 120)])
    )
    (close,) = twins.find("TWN price")
    assert (close.asset_id, close.rivals) == (1, (2,))
    assert close.confidence < 0.7 < mention.confidence


def test_a_former_ticker_yields_to_its_present_bearer() -> None:
    assets = [Asset(1, "Old Coin", "NEW", "old", 1, former_symbols=("TCK",)), Asset(2, "Now", "TCK", "now", 900)]
    (mention,) = AssetMentions(AssetDirectory(assets)).find("TCK price")
    assert (mention.asset_id, mention.rivals) == (2, ())


def test_in_a_catalogue_of_everything_small_letters_do_not_make_an_unknown_ticker_an_asset() -> None:
    tail = [Asset(10_000 + index, f"Coin No {index}", f"q{index}x", f"coin-no-{index}") for index in range(1_000)]
    large = AssetMentions(AssetDirectory([*ASSETS, *tail, Asset(9, "Foo Bar", "FOOB", "foo-bar")]))
    assert [mention.symbol for mention in large.find("some foob here")] == []
    assert [mention.symbol for mention in large.find("some FOOB here, and $foob")] == ["FOOB", "FOOB"]
    assert [mention.symbol for mention in large.find("some btc here")] == ["BTC"]


@given(st.text(max_size=300))
def test_any_text_is_read_without_overlaps(text: str) -> None:
    end = 0
    for mention in MENTIONS.find(text):
        assert end <= mention.start < mention.end <= len(text)
        assert text[mention.start : mention.end] == mention.text
        assert 0 < mention.confidence <= 1
        end = mention.end


_PIECES = ("btc", "ETH", "$sol", "link", "NEAR", "one", ",", "and", "/", ".", "?", "-", "'", "the", "price", "of", "vs")


@given(st.lists(st.sampled_from(_PIECES), max_size=30))
def test_any_mix_of_tickers_and_joints_is_read_without_overlaps(words: list[str]) -> None:
    text = " ".join(words)
    ends = [0, *(mention.end for mention in MENTIONS.find(text))]
    starts = [mention.start for mention in MENTIONS.find(text)]
    assert all(end <= start for end, start in zip(ends, starts, strict=False))


def test_only_the_first_20000_characters_are_read() -> None:
    assert symbols("x " * 10_000 + "bitcoin") == []
    assert symbols("bitcoin " + "x " * 20_000) == ["BTC"]


def test_a_name_shared_with_a_retired_asset_means_the_current_one() -> None:
    retired = Asset(asset_id=1, name="Polygon", symbol="MATIC", slug="polygon", is_active=False)
    current = Asset(asset_id=2, name="POL", symbol="POL", slug="pol", aliases=("polygon",), former_symbols=("MATIC",))
    (mention,) = AssetMentions(AssetDirectory([retired, current])).find("price of polygon")
    assert (mention.asset_id, mention.confidence > 0.9) == (2, True)


SHIPPED = AssetMentions(AssetDirectory())


def shipped(text: str, as_of: str | None = None) -> list[tuple[str, str]]:
    found = SHIPPED.find(text, as_of=date.fromisoformat(as_of) if as_of else None)
    return [(mention.text, mention.symbol) for mention in found]


@pytest.mark.parametrize(
    "text",
    [
        "the Governance token of a protocol",
        "Is Kraken token good",
        "how is Tesla doing",
        "price of GOLD",
        "price of gold and oil",
        "which gaming tokens are trending",
        "PDF, JSON and CPU prices",
        "NASA price",
        "keep users engaged",
        "What will Binance list next?",
        "HEX price",
        "The Milk price is up",
        "Safe Haven demand rises",
    ],
)
def test_twenty_thousand_more_names_make_no_words_assets(text: str) -> None:
    assert shipped(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What do you think of Dogelon Mars?", [("Dogelon Mars", "ELON")]),
        ("$HEX", [("$HEX", "HEX")]),
        ("BTCB/USDT", [("BTCB/USDT", "BTCB")]),
        ("price of SafeMoon", [("SafeMoon", "SFM")]),
        ("the Verasity token", [("Verasity", "VRA")]),
        ("Electroneum price and Bitcoin", [("Bitcoin", "BTC")]),
    ],
)
def test_a_name_of_the_long_tail_counts_where_it_can_hardly_mean_anything_else(
    text: str, expected: list[tuple[str, str]]
) -> None:
    assert [pair for pair in shipped(text) if pair[0] != "USDT"] == expected


def test_a_small_asset_of_an_old_list_is_never_sure_by_its_ticker() -> None:
    (mention,) = SHIPPED.find("$MEXC")
    assert mention.is_close_call
    assert mention.confidence < 0.6
    assert mention.warning is not None
    assert mention.warning.startswith("known only from lists published in January 2023: a younger asset")


@pytest.mark.parametrize(
    ("text", "as_of", "expected"),
    [
        ("MATIC price", "2024-01-01", [("MATIC", "MATIC")]),
        ("MATIC price", "2024-10-01", [("MATIC", "POL")]),
        ("LUNA price", "2022-05-01", [("LUNA", "LUNA")]),
        ("HYPE price", "2024-01-01", []),
        ("compare SUI and SOL", "2022-06-01", [("SOL", "SOL")]),
        ("Dogelon Mars and Bitcoin", "2023-02-01", [("Dogelon Mars", "ELON"), ("Bitcoin", "BTC")]),
    ],
)
def test_a_question_of_a_day_names_the_assets_of_that_day(
    text: str, as_of: str, expected: list[tuple[str, str]]
) -> None:
    assert shipped(text, as_of) == expected


def test_the_asset_behind_a_ticker_depends_on_the_day() -> None:
    before, after = (SHIPPED.find("LUNA price", as_of=day)[0] for day in (date(2022, 5, 1), date(2022, 7, 1)))
    assert (before.asset_id, before.is_close_call) == (4172, False)
    assert (after.asset_id, after.is_close_call) == (20314, True)
    assert after.warning == "LUNA was renamed (2022-05-28): it is Terra Classic (LUNC, id 4172) now"


def test_a_replaced_asset_of_another_worth_is_not_taken_for_its_successor_without_asking() -> None:
    same, other = SHIPPED.find("MATIC and MKR")
    assert same.is_close_call
    assert other.is_close_call
    assert other.confidence < 0.8 < same.confidence
    assert other.warning is not None
    assert "1 MKR = 24000 SKY" in other.warning


def test_a_slip_of_the_pen_is_a_close_call() -> None:
    (mention,) = SHIPPED.find("etherium price")
    assert (mention.symbol, mention.is_close_call) == ("ETH", True)
    assert mention.warning == "the text is spelt otherwise; read as Ethereum (ETH, id 1027)"


def test_a_plain_ticker_stays_plain_with_the_long_tail_behind_it() -> None:
    for text in ("BTC price", "link, dot and eth", "price of near", "XRP", "Ethereum Classic"):
        for mention in SHIPPED.find(text):
            assert (mention.is_close_call, mention.warning, mention.rivals) == (False, None, ())


@given(st.text(max_size=200))
def test_any_text_is_read_without_overlaps_with_the_long_tail(text: str) -> None:
    end = 0
    for mention in SHIPPED.find(text):
        assert end <= mention.start < mention.end <= len(text)
        end = mention.end


def sure(text: str) -> list[str]:
    return [mention.symbol for mention in SHIPPED.find(text) if mention.confidence >= 0.6]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hype vs btc", ["HYPE", "BTC"]),
        ("btc vs link vs dot", ["BTC", "LINK", "DOT"]),
        ("link vs dot", ["LINK", "DOT"]),
        ("eth vs etc", ["ETH", "ETC"]),
        ("price of etc", ["ETC"]),
        ("near price", ["NEAR"]),
        ("link drawdown", ["LINK"]),
        ("hype volatility last 30 days", ["HYPE"]),
        ("how volatile is link", ["LINK"]),
        ("volatility of hype over 30 days", ["HYPE"]),
        ("rsi of link", ["LINK"]),
        ("macd for near", ["NEAR"]),
        ("ada sol link", ["ADA", "SOL", "LINK"]),
        ("op arb link price", ["OP", "ARB", "LINK"]),
        ("btc eth hype correlation", ["BTC", "ETH", "HYPE"]),
        ("hype btc correlation", ["HYPE", "BTC"]),
        ("correlation of hype with btc", ["HYPE", "BTC"]),
        ("btc correlation with hype", ["BTC", "HYPE"]),
        ("correlation between hype, btc and sol", ["HYPE", "BTC", "SOL"]),
        ("correlation between link and dot", ["LINK", "DOT"]),
        ("compare btc with hype", ["BTC", "HYPE"]),
        ("compare btc and dot over 90 days", ["BTC", "DOT"]),
        ("is eth correlated to link", ["ETH", "LINK"]),
        ("did hype outperform btc", ["HYPE", "BTC"]),
        ("which gained more, hype or link", ["HYPE", "LINK"]),
        ("how much did near gain this week", ["NEAR"]),
        ("how far is link from its ath", ["LINK"]),
        ("link 7d change", ["LINK"]),
        ("1000 usd in link", ["LINK"]),
        ("$500 of link", ["LINK"]),
        ("10 link in usd", ["LINK"]),
        ("convert 50 near to usd", ["NEAR"]),
        ("if i have 40 link how much is that", ["LINK"]),
        ("sonic (S) price", ["S"]),
        ("LINK (Chainlink)", ["LINK"]),
        ("ripple (XRP)", ["XRP"]),
        ("sandbox coin price", ["SAND"]),
    ],
)
def test_a_ticker_that_is_a_word_is_found_where_the_context_calls_for_an_asset(text: str, expected: list[str]) -> None:
    assert sure(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How much has Ethereum lost or gained over three years?", ["ETH"]),
        ("market in recent years", []),
        ("either of them", []),
        ("which is faster", []),
        ("a balanced view of the vaults", []),
        ("the balanceOf call", []),
        ("Bitcoin Core release", ["BTC"]),
        ("OP Stack chains", []),
        ("link to the page", []),
        ("share the btc link", ["BTC"]),
        ("what is the link between btc and stocks", ["BTC"]),
        ("near the top", []),
        ("btc is near its all time high", ["BTC"]),
        ("eth is trading near 3000", ["ETH"]),
        ("hype around AI", []),
        ("is the hype over", []),
        ("btc hype is fading", ["BTC"]),
        ("eth gas", ["ETH"]),
        ("how much is gas right now", []),
        ("eth and gas this week", ["ETH"]),
        ("how far is the top", []),
        ("how much did people lose", []),
        ("btc flow vs eth flow", ["BTC", "ETH"]),
        ("correlation of bond yields with btc", ["BTC"]),
        ("deep drawdowns of btc", ["BTC"]),
        ("a rare drawdown", []),
        ("core volatility", []),
        ("key price levels for btc", ["BTC"]),
        ("500 people in dollars", []),
        ("market is near $3 trillion", []),
        ("hot vs cold wallet", []),
        ("yield curve vs btc", ["BTC"]),
        ("keep or sell btc", ["BTC"]),
        ("cashflow and incentives", []),
    ],
)
def test_ordinary_english_is_no_asset(text: str, expected: list[str]) -> None:
    assert sure(text) == expected


def test_name_and_ticker_together_settle_which_of_several_is_meant() -> None:
    shared = [
        Asset(1, "Sonic", "S", "sonic", 600),
        Asset(2, "Sonic", "SONIC", "sonic-two", 650),
        Asset(3, "Other", "S", "other", 700),
    ]
    (mention,) = AssetMentions(AssetDirectory(shared)).find("price of Sonic (S)")
    assert (mention.asset_id, mention.rivals, mention.text) == (1, (), "Sonic (S)")


def test_rivals_far_behind_contest_nothing() -> None:
    large = Asset(1, "Nearby", "NRB", "nearby-one", 20)
    for rank, is_contested in ((None, False), (900, False), (40, True)):
        rival = Asset(2, "Impostor", "NRB", "impostor", rank)
        (mention,) = AssetMentions(AssetDirectory([large, rival])).find("NRB price")
        assert (mention.asset_id, mention.is_contested) == (1, is_contested)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the graph 30 day change", ["GRT"]),
        ("The Graph 7 day return", ["GRT"]),
        ("the sandbox 7 day change", ["SAND"]),
        ("compound 30 day change", ["COMP"]),
        ("near protocol 7 day return", ["NEAR"]),
        ("maker price", ["MKR"]),
        ("price of maker", ["MKR"]),
        ("maker 7 day change", ["MKR"]),
        ("makerdao price", ["MKR"]),
        ("gas token price", ["GAS"]),
        ("gas token", ["GAS"]),
        ("price of gas token", ["GAS"]),
        ("gas coin market cap", ["GAS"]),
        ("is link crashing", ["LINK"]),
        ("is near pumping", ["NEAR"]),
        ("is hype mooning", ["HYPE"]),
        ("perp price", ["PERP"]),
    ],
)
def test_names_that_are_words_are_found_in_the_phrases_of_markets(text: str, expected: list[str]) -> None:
    assert [mention.symbol for mention in SHIPPED.find(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "perp volume vs spot volume",
        "spot vs perp",
        "ratio of perp to spot volume",
        "perp dex volume",
        "market maker price",
        "who is a market maker",
        "decision maker",
        "gas token fees",
        "the gas token of a chain",
        "near 30 day average",
        "near 30 day high",
        "graph 30 day change",
        "is space crashing",
    ],
)
def test_words_of_every_market_are_nobodys_ticker(text: str) -> None:
    assert SHIPPED.find(text) == []
