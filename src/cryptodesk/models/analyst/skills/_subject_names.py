"""What the handbook's articles are about, by the names people give it. A test holds them against the articles."""

from __future__ import annotations

__all__ = ["INCIDENTS", "SUBJECTS", "SURVIVORS"]

# One subject a comma. British and American spelling, hyphens and the plural are the same to the reader of this.
SUBJECTS = """
taker, dollar cost, dated future, seed word, seed, wallet seed, vote buying,
order book depth, crypto promotion, crypto ad, uk crypto promotion, bip 44 path, bip44 path, isolated, outage,
51 percent attack, 51 attack, majority attack, double spend, double spending, hash power rental, reorg,
reorganisation, chain reorganisation, selfish mining, halving, halvening, block reward, block subsidy, issuance,
supply cap, blob, blob gas, eip 4844, 4844, proto danksharding, danksharding, rollup, peerdas, eip 7594, hard fork,
soft fork, fork, chain split, consensus, consensus rule, consensus mechanism, consensus algorithm, data availability,
data availability sampling, erasure coding, modular blockchain, monolithic blockchain, validium, dex, dexs, cex, cexs,
decentralised exchange, centralised exchange, automated market maker, amm, slippage, slippage tolerance, dex
aggregator, aggregator, token swap, atomic swap, eip 1559, base fee, priority fee, fee burn, fee market, gas, gas fee,
gas limit, gas price, gas used, gwei, erc 20, erc20, token standard, token allowance, allowance, token decimal, nft,
non fungible token, fungible token, erc 721, erc721, nft royalty, nft metadata, royalty, finality, economic finality,
casper ffg, confirmation, block confirmation, inactivity leak, hash function, hash, hashing, cryptographic hash, sha
256, sha256, keccak 256, keccak, collision resistance, ripemd 160, hd wallet, hierarchical deterministic wallet, bip
32, bip 44, bip32, bip44, derivation path, xpub, gap limit, private key, public key, wallet address, crypto address,
crypto wallet, wallet, self custody, custody, secp256k1, hot wallet, cold wallet, hardware wallet, cold storage, paper
wallet, light client, light node, full node, archive node, node, spv, compact block filter, sync committee, lightning,
lightning network, payment channel, htlc, state channel, layer 1, layer 2, layer 3, l1, l2, l3, l2s, l1s, sidechain,
side chain, mempool, transaction fee, network fee, miner fee, replace by fee, rbf, cpfp, child pays for parent,
unconfirmed transaction, stuck transaction, merkle tree, merkle root, merkle proof, inclusion proof, data structure,
multisig, multi sig, multisignature, mpc, mpc wallet, multi party computation, threshold signature, key management,
nonce, replay attack, replay protection, eip 155, chain id, pending transaction, optimistic rollup, zk rollup, zk,
optimistic, zero knowledge rollup, fraud proof, validity proof, sequencer, centralized sequencer, proof of stake, pos,
delegated proof of stake, nominated proof of stake, weak subjectivity, the merge, ethereum merge, nothing at stake,
proof of work, pow, mining, crypto mining, miner, nakamoto consensus, proof of authority, proof of history, proof of
transfer, proof of personhood, proof of replication, proof of spacetime, seed phrase, recovery phrase, mnemonic,
mnemonic phrase, bip 39, bip39, wallet backup, wallet recovery, passphrase, segwit, segregated witness, block weight,
vbyte, transaction malleability, malleability, slashing, correlation penalty, equivocation, account abstraction, erc
4337, eip 7702, paymaster, bundler, smart account, smart wallet, smart contract, smart contract audit, evm, ethereum
virtual machine, upgradeable proxy, proxy contract, stablecoin, stable coin, dollar peg, peg, collateral, redemption,
algorithmic stablecoin, algo stablecoin, taproot, schnorr signature, bip 341, bitcoin script, mint authority, freeze
authority, spl token, erc 1155, utxo, utxo model, account model, unspent transaction output, ledger state, validator,
staking, stake, unstaking, attestation, exit queue, eip 7251, staking reward, staking pool, zero knowledge proof, zkp,
zk proof, snark, stark, zk snark, zk stark, trusted setup, impermanent loss, constant product, liquidity provision,
liquidity provider, liquidity pool, liquidity mining, yield farming, loss versus rebalancing, lvr, token approval,
permit, permit2, permit phishing, phishing, wallet drainer, drainer, ice phishing, bridge, bridging, cross chain,
cross chain bridge, wrapped token, wrapped bitcoin, wrapped asset, interoperability, concentrated liquidity, range
position, capital efficiency, flash loan, flashloan, atomicity, arbitrage, governance attack, governance token,
governance, dao, timelock, voting power, on chain governance, lending, crypto lending, defi lending, liquidation,
health factor, bad debt, money market, lending protocol, liquid staking, liquid staking token, lst, maximal
extractable value, miner extractable value, mev, mev boost, sandwich attack, front running, frontrunning, back
running, block builder, proposer builder separation, pbs, oracle, price oracle, price feed, twap, oracle manipulation,
oracle attack, restaking, liquid restaking, avs, actively validated service, yield, apy, apr, apy and apr, incentive,
real yield, yield source, vault, basis, basis trade, futures basis, contango, backwardation, cash and carry, cash and
carry trade, cme futures, funding rate, funding, funding payment, premium index, crypto carry, perpetual dex, perp
dex, on chain order book, insurance fund, auto deleveraging, adl, counterparty risk, maintenance margin, initial
margin, bankruptcy price, leverage, leveraged trading, margin, margin trading, margin call, cross margin, isolated
margin, portfolio margin, margin mode, liquidation price, liquidation engine, mark price, index price, last price,
option, crypto option, call option, put option, implied volatility, greek, strike price, perpetual future, perpetual,
perp, perpetual swap, perpetual contract, future, futures contract, inverse contract, derivative, crypto derivative,
deposit, withdrawal, exchange deposit, exchange withdrawal, memo, destination tag, exchange custody, proof of
reserves, proof of reserve, proof of liability, solvency, token listing, coin listing, delisting, monitoring tag,
exchange listing, trading fee, maker fee, taker fee, maker taker, maker vs taker, maker and taker, maker or taker,
taker and maker, taker vs maker, maker taker fee, maker and taker fee, maker vs taker fee, maker rebate, rebate, post
only, post only order, order book, orderbook, matching engine, price time priority, market microstructure, market
maker, market making, bid ask spread, bid and ask, active address, network activity, sybil, sybil attack, on chain
metric, onchain metric, bitcoin dominance, btc dominance, altcoin season, alt season, exchange reserve, exchange
balance, netflow, exchange flow, exchange outflow, exchange inflow, address label, fear and greed index, crypto fear
and greed index, contrarian indicator, fully diluted value, fully diluted valuation, fdv, fully diluted market cap,
float, token unlock, vesting, market cap, market capitalisation, circulating supply, max supply, total supply, hash
rate, hashrate, mining difficulty, difficulty adjustment, hashprice, difficulty, mvrv, mvrv ratio, market value to
realised value, unrealised profit, nvt, nvt ratio, nvt signal, network value to transactions, velocity, open interest,
realised cap, realised capitalisation, realised price, cost basis, total value locked, tvl, total value redeemable,
double counting, wash trading, wash trade, fake volume, trading volume, volume quality, market depth, liquidity,
travel rule, fatf, fatf travel rule, anti money laundering, aml, kyc, vasp, self hosted wallet, 1099 da, form 1099 da,
1099da, broker reporting, tax reporting, crypto tax, genius act, payment stablecoin, howey test, howey, investment
contract, securities law, token taxonomy, mica, casp, e money token, asset referenced token, sec v ripple, ripple
case, ripple lawsuit, sec vs ripple, xrp lawsuit, fca, financial promotion, uk financial promotion, spot bitcoin etf,
bitcoin etf, crypto etf, spot etf, etf, exchange traded product, rebase, rebasing, rebase token, elastic supply,
seigniorage, seigniorage share, reflexivity, collateral ratio, overcollateralisation, over collateralisation, crypto
backed stablecoin, peg stability module, psm, savings rate, dai savings rate, fiat backed stablecoin, primary market,
depeg, depegging, curve 3pool, usdc depeg, synthetic dollar, delta neutral, fifo, lifo, hifo, specific identification,
capital gain, capital gains tax, wash sale, wash sale rule, like kind exchange, section 1031, section 1091, tax loss
harvesting, record keeping, tax record, form 8949, audit trail, staking income, staking tax, airdrop, airdrop tax,
dominion and control, dollar cost averaging, dca, lump sum, drawdown, max drawdown, maximum drawdown, volatility,
realised volatility, standard deviation, risk metric, macd, moving average, ema, sma, exponential moving average,
simple moving average, golden cross, death cross, signal line, histogram, order type, limit order, market order, stop
order, stop limit, stop limit order, stop loss, stop loss order, time in force, fill or kill, immediate or cancel,
good till cancelled, reduce only, position sizing, position size, kelly criterion, kelly, risk management,
candlestick, candle, candlestick chart, ohlc, ohlcv, timeframe, chart reading, rsi, relative strength index,
oscillator, overbought, oversold, divergence, momentum, price impact, spread, blockchain, cryptocurrency, altcoin,
token, coin, memecoin, meme coin, defi, decentralised finance, cefi, web3, rwa, real world asset, tokenisation,
tokenomic, ico, initial coin offering, whale, rug pull, rugpull, honeypot, sandwich, dust attack, dusting attack,
testnet, mainnet, sharding, shard, cbdc, genesis block, block, block time, block explorer, block height, merged
mining, mining pool, asic, ghostdag, blockdag, tail emission, ring signature, shielded pool, hashgraph, tangle,
canister, parachain, coretime, subgraph, subnet, sortition, vrf, burn auction, snowman, quorum slice, federated
consensus, unique node list, super representative, proof of access, parallel evm, burn and mint equilibrium, depin,
security council, vote escrow, gauge, fee switch, yield token, principal token, short squeeze, long squeeze, carry
trade, funding fee, eigenlayer, eigenda, eigen layer, hyperevm, hlp vault, op stack, superchain, crvusd, sbtc, steth,
wsteth, susde, leverage trading, flashloan attack, flash loan attack, bridge hack, leveraged position, sandwich trade,
crypto bridge, blockchain bridge, blockchain node, blockchain fork, crypto fork, bitcoin fork, ethereum fork, crypto
staking, ethereum staking, ethereum validator, solo staking, stablecoin peg, stablecoin depeg, crypto future, negative
funding, positive funding, funding interval, custodial wallet, non custodial wallet, noncustodial wallet, custodian,
crypto custody, exchange wallet, software wallet, mobile wallet, ledger wallet, base layer, settlement layer,
execution layer, consensus layer, crypto tax record, tax lot, cost basis method, accounting method, crypto regulation,
markets in crypto asset, genius bill, crypto security, rsi divergence, bullish divergence, bearish divergence, moving
average crossover, ma crossover, macd crossover, candlestick pattern, chart timeframe, trailing stop, take profit
order, stop market order, market buy, market sell, limit buy, limit sell, on chain data, onchain data, on chain
analysis, hot storage, deep liquidity, thin liquidity, market impact, realised gain, unrealised gain, unrealised pnl,
unrealised loss
"""

# Names of what ended badly: told of by the handbook under whatever word for an end.
INCIDENTS = """
do kwon, terraform, terraform labs, svb, mango markets, caroline ellison, karpeles,
ftx, ftx exchange, ftx com, ftt, alameda, alameda research, sam bankman fried, bankman fried, sbf, mt gox, mtgox,
mount gox, mt . gox, terra, terra luna, terra ecosystem, luna, luna coin, terra classic, luna classic, lunc, ust,
terrausd, terra usd, ustc, anchor protocol, the dao, dao hack, parity, parity wallet, parity multisig, ronin bridge,
wormhole bridge, nomad bridge, silicon valley bank, beanstalk, sec v ripple, sec vs ripple, sec versus ripple, ripple
case, ripple lawsuit, xrp lawsuit, sec ripple case, sec lawsuit against ripple, case against ripple, spot bitcoin etf
approval, bitcoin etf approval, spot btc etf approval, approval of bitcoin etf, approval of spot bitcoin etf, bitcoin
etf
"""

# Names of what goes on: only a theft, a failure or a lost peg is of the handbook.
SURVIVORS = """
bybit, ronin, ronin network, axie, axie infinity, sky mavis, wormhole, nomad, poly network, polynetwork, euler, euler
finance, curve, curve pool, curve finance, vyper, mango, mango market, tornado cash, usdc, usd coin
"""
