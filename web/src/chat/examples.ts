// What one may ask, by kind, for those who see the page for the first time.

export interface ExampleGroup {
  kind: string;
  questions: string[];
}

export const EXAMPLES: readonly ExampleGroup[] = [
  { kind: "Price and history", questions: ["How did Bitcoin do over the last 90 days?", "How far is Solana below its all-time high?"] },
  { kind: "Comparison", questions: ["Compare ETH and SOL over the last year", "How closely do Bitcoin and Ethereum move together?"] },
  { kind: "Technical analysis", questions: ["What do RSI and MACD say about BTC on the daily chart?", "Is Ethereum above its 200-day average?"] },
  { kind: "Market", questions: ["Which sectors lead this week?", "What is the fear and greed index today?"] },
  { kind: "Concepts", questions: ["How does a funding rate work?", "What are the risks of staking ether?"] },
  { kind: "Arithmetic", questions: ["What would $1,000 in Bitcoin on 2023-01-01 be worth now?", "Convert 2.5 ETH to SOL"] },
];
