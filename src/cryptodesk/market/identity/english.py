"""English words that are also tickers or names of assets, or one slip away from one."""

from __future__ import annotations

__all__ = ["ACRONYMS", "COLLOCATIONS", "EVERYDAY", "FUNCTION_WORDS", "LOOKALIKES", "OTHER_NAMES", "word_set"]


def word_set(text: str) -> frozenset[str]:
    """The words of a text that are separated by spaces."""
    return frozenset(text.split())


# Words without a meaning of their own: a price word beside them proves nothing ("one coin", "up price").
FUNCTION_WORDS = word_set(
    """
    a about above after again all also am an and any are as at back be been before below best big both but buy by
    can coin coins could crypto day did do does down each ever few first for from get give go good had has have he
    her here high him his hold how i if in into is it its just know last least less let like long low made make many
    may me mean more most much must my need new next no nor not now of off old on once one only open or order other
    our out over own per please price put real run same see sell she short should show so some still such sure take
    tell than that the their them then there these they this those three time to today token tokens too top two
    under until up upon us use very via was we week well were what when where which while who whose why will win
    with would year yes yet you your far never claim ignore
    """
)

# Ordinary words that assets are called by. In small letters they are assets only beside words that speak of assets.
EVERYDAY = FUNCTION_WORDS | word_set(
    """
    access ace act alice alien alpha alpine alt alts amp anchor angle ankle ant ape apex api apt arc arch ark arm art
    ash atlas atom audio aura auto axe axis badger bake bal balance banana band bank barn base bat bath beam bear bee
    bell bend beta bird bit bitter blaze block blue blur bob boba bold bond bone book boom boost boring bounce box
    brave bread breed brick bridge bright bubble bull burger burn bus cake call camp cap captain car card cash castle
    cat catch cats cell chain chance change chart chat cheese chess chill chip chirp choice circle city civic clash
    clear clip clone cloud clover cocoa code comp compound contract copper core corn cow cream creator credit creek
    crown cry cube curve cyber dark dash data dawn deep dent desk dialect digital dock dodge dog dogs dot dragon
    dream drift drive drop dual duck dusk dust dynamic earn earth east easy echo eclipse edge edu ego element elf
    elite elon ember empire energy enjoy enter epic epoch era escape essence etc eternal euler euro exact exit exodus
    eye fact fair faith falcon fan farm fast father feather fee fees field fight file fire firm fish fit flag flame
    flare flash fleet flex flip float flow flower flux fly fold food fool force forest forge fork form forth fortune
    forward four fox frame free freedom friend frog front fruit fuel fun function fund fuse fusion future gain gal
    gala galaxy game games gas gate gateway gem general genesis genius ghost giant gift giga glass glide global globe
    glow gold golem graph grass gravity green grid grin ground grow growth guild gun halo harmony harvest hash haven
    heat heaven hedge height help hero hex hippo hive hole home honey hook hope horizon horse hot hour house human
    hunt hunter hype ice icon id idea idle image immutable impact index infinity info ink inverse iron island jam jet
    jewel joe join joy juno jupiter karma keep key kick kind king kite knight lab land lane laser launch layer lead
    league leap legend lemon leo level lever liberty life light lighter limit line link lion liquid liquity list lit
    live loan lock locus logic loom loop loot lucky lunar lunch mag magic magma main maker mana mantle map mar mars
    mask master match matrix maverick max meme memes memory merit metal meteor mind mine mini mint miracle mirror
    mist mix mob mode moment momentum mon money monster moon motion mount mouse move movement mrs multi multichain
    muse music myth name nano near neat neon nest net network neutron news nexus nice night noble node north note
    nova oasis ocean odin odyssey official oil om omega omni op optimism oracle orbit orbs orca orchid ordinary
    origin owl oxygen pact page panda paper parcl part party pass path pay peace peak peanut pearl pen people perp
    perpetual perps phantom phoenix photon piano pig pin pink pirate pixel pixels pizza plan planet plasma play plume
    pocket point points polar poly pool pop portal power prime prism pro prom prompt proof prosper proton public
    pulse pump pure push pyramid quack quant quantum quest quick radiant rage rail rain rally ramp rare ray reach
    reactive red reef region relay render republic req request reserve rest rev reward ribbon rice ring rio rise
    river rock rocket role roll ron root rose round route royal ruby rune safe saga saint sand sandbox santa sats
    save savvy scale school score scout scream scroll sea seal secret seed sense serum set shadow shape share shell
    shield ship shop side sign signal silk silver simple single siren six skate skill skull sky slash sleep slim slow
    smart smile smooth snail snow social soil solar sole solid solve sonic soul sound space spark spell spice spider
    spirit sponge spot spring squid stack stader staked standard star stargate stars start starter state stats status
    steam steel steem stella step stone storage storm story stream street strike strong structure sugar sun super
    supra surf surge swap swarm sweat swell swift sword symbol synthetic syrup system table tag tail tale talent tank
    target tea team tech temple ten tensor test theta threshold thunder ticket tide tiger titan toad tomb tomorrow
    ton tool torn torus total touch tower toy trac trace track trade train travel treasure tree trend tribe trident
    trump trust truth tune turbo turtle twin ultra union unit unity universe usual utility valor value vault vector
    venom venus verge verse vice victory view viking vine virtual vision vital vite voice volt vote vow vulcan walrus
    war water wave waves wax way weave web wellness west whale wheel white wick wild wind wing wings wink winter wise
    wish wolf wonder woo wood word work world worm wow yield zen zero zest zeus zone zoo
    """
)

# Abbreviations of everyday talk: capitals do not make them assets.
ACRONYMS = word_set(
    """
    ai ama aml api apr apy ath atl avg ceo cex cfo cpi cto dao dca defi dex dm dyor ema etf eu eur evm faq fbi fdv
    fed fomc fomo fud gbp gdp gm hodl ico id ido imo ip irs it jpy kyc l1 l2 lp macd max mev min nav nfa nft nfts no
    oi ok otc pct pnl poc pos pow ppi q1 q2 q3 q4 roi rsi rwa sec sma svm tbd tge tl tldr tps tvl uae uk un us usa
    usd utc vc vs wen ytd
    """
)

# Company in which the word is no asset: (words just before it, words just after it).
COLLOCATIONS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    word: (word_set(before), word_set(after))
    for word, before, after in (
        ("ape", "to", "in into"),
        ("atom", "an the each every", "bomb"),
        ("avalanche", "an", "of"),
        ("base", "the a user customer", "case rate fee layer chain line"),
        ("compound", "", "interest annual annually growth"),
        ("core", "the a bitcoin", "volatility inflation cpi pce developers team"),
        ("cosmos", "the whole", "of"),
        ("curve", "yield bonding the a learning", ""),
        ("deep", "a the how", "drawdown drawdowns correction corrections dive volatility"),
        ("dot", "a the", "com org net plot chart"),
        ("flow", "cash order fund capital etf net btc bitcoin eth ethereum money stablecoin exchange", "of into"),
        (
            "gas",
            "natural average current low high ethereum eth network base of cheap expensive paying save",
            "price prices fee fees cost costs limit used war usage tracker token tokens station bill",
        ),
        ("graph", "a line bar this", ""),
        ("hype", "a all much more less market of social", "around about cycle train over is"),
        ("icon", "an", ""),
        ("key", "a the my your", "price prices level levels metric metrics difference differences"),
        ("link", "a this that the click referral download any your my share", "to between here below above with me"),
        ("magic", "", "eden internet number"),
        ("maker", "market decision", "fee fees"),
        ("near", "trading trades sits sitting hovering stays", "the a an its all term future"),
        ("one", "which this that the another any every no each", "of"),
        ("op", "the an", "ed stack codes code return"),
        (
            "perp",
            "",
            "volume volumes dex dexs dexes trading traded turnover contract contracts market markets open funding vs"
            " versus to or exchange exchanges liquidations positions traders",
        ),
        ("people", "the most many some other", ""),
        ("prime", "a the", "rate minister number"),
        ("rare", "a how", "drawdown drawdowns"),
        ("render", "to", "a the"),
        ("ripple", "a", "effect effects"),
        ("rose", "price it", "to by from"),
        ("safe", "is it a the how", "haven to"),
        ("sand", "the in", ""),
        ("space", "the this crypto", ""),
        ("stellar", "a", "performance return returns results run gains year growth"),
        ("story", "the a this", ""),
        ("sun", "the", ""),
        ("super", "a", "volatility"),
        ("time", "the a this first last all any", "frame frames price"),
        ("ton", "a per one metric", "of"),
        (
            "trump",
            "president donald mr if since under does did",
            "said says say administration tariff tariffs win wins won sign signs signed announce announces announced"
            " policy policies presidency election effect speech",
        ),
    )
}

# Words that are not to be read as a misspelt asset's name.
LOOKALIKES = word_set(
    """
    alchemist alchemy algorithm altcoin altcoins alter altos antares aptly aragorn arbitrage arbitral arbitrary arbor
    argon armor asher astern astor astra athena audios audits autos avalanches ayala bainbridge balanced balanceof
    balances balancing banana banco bancorp bangor beacon benfica binary bitchin bitching bitten bitter bonafide
    bonfire bonus brash cannon canon canto cantona cantons cantor canyon cardamom cardinal carding cardoso cardozo
    cartels carters cartesian carton cashflow caster caxton celeste celestial celestials celestine chained chaining
    chainlinked chains changes chili chroma chromium chronic chronos coinage constitutional convey cosmetic cosmic
    cosmo cosmology courses cripple cronin curves danton darkcyan dashing decked decree decreed decried definite
    dignity dimension dimensions divinity easter either esther ethel ethereal ethernet ethical fantasy faster fathom
    fathoms finance financed finances galle header headers hedge hedged hedges horizons hyperlink hyperlinks immune
    immutability inactive incentive incentives inductive injected injecting injection injections invective inventive
    kaduna kappa lighting liquids liter literate looking looming looping loosing looting lowering making manta mantel
    mantles mantras mantua maple marker markers market markets mellor memecoin memecoins miata minted monetary montero
    monthly morph morphs multiverse nearby nears nether nipple notching offical official officials oncology optimist
    optimistic optimistically optimize oracles ordinals osmotic other others paragon peddle penile pepper peppers
    photon photos plasma polygonal polygons pond ponder popular pumpkin pumpkins quantities quantity quart quarter
    quarters radium rancor raster rather render rendered rendering renders rhodium rippled ripples roadblocks robin
    rodin ronan rosin sacks safecall safeway sandy secrets selfies shacks sheba shellac shiba shitcoin shiva silver
    sirloin slacks slash smacks snacks snipe solar solaris solid solidity solo stable stablecoin stablecoins stack
    stacked stacking staff stake staked stakers staking stalks starkey starks starlet starts stasi status stealer steen
    stein stella stellaris stepan steph steps stern steyn sticks stiller stipe stock stocks store stories stork
    supercar supercars superfast supervise swine swiped swipes synapses synthesis synthetics tantra taster teller
    tender terraced terrain terran terre terri terry tested tests tethered tethers tetra their there thereof these
    theta those throne tierra token tokens tons toolchain toolchains torn tronic trumps trunk uniform unit units
    universal updates vaults vendor virtually virtues virtuous visuals waiver wanton weather wether whether within
    wordcloud worldchain worldwide xfinity yearns years zillion
    """
)

# Names of exchanges, firms, products, places and goods, and abbreviations, that some old, small token bears as well.
OTHER_NAMES = word_set(
    """
    amazon america american apple april arkham asia asian august barclays beijing berlin biden binance bingx bitfinex
    bitget bitmart bitmex bitpanda bitstamp blackrock bloomberg brazil britain british bybit canada canadian china
    chinese circle cnbc coinbase coindesk coingecko coinmarketcap cointelegraph copper cryptocom deribit discord dow
    dubai eggs elon europe european facebook fidelity forbes france friday gasoline gemini german germany github goldman
    google grayscale hongkong htx huobi india indian instagram instagram israel january japan japanese july june korea
    korean kraken kucoin ledger linkedin lisbon london march messari meta metamask mexc mexico microsoft microstrategy
    milk monday morgan musk nansen nasa nasdaq netflix nvidia october okx openai opensea oracle paypal powell putin
    reddit revolut robinhood russia russian saturday saylor september silver singapore spotify strategy stripe sunday
    swiss switzerland
    aws bbc cbdc cctv cnn cpu cpus css csv dns dvd dxy eps ev evs fifa fx gps gpt gpu gpus hr html http iot iphone iso
    json kpi lng lpg m1 m2 m3 mba nba nfl nyse opec pc pdf php pmi png qqq ram rpc sdk seo sms sp500 spy sql ssd tls
    ufc ui usb ux vix vpn wti wto xml yoy
    telegram tesla thursday tiktok tokyo trezor tuesday twitter uber ukraine upbit vanguard vietnam
    visa vitalik wednesday wheat whatsapp wikipedia youtube
    """
)
