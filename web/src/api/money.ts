// Exact decimal amounts as the wire sends them: text that is never turned into a floating-point number to be added.
import type { Amount } from "./types";

const DECIMAL = /^-?\d+(\.\d+)?$/;
const SHOWN_DIGITS = 3;
const SHOWN_CENTS = 2;

/** The exact sum; null where any part is unknown. */
export function addAmounts(amounts: readonly (Amount | undefined)[]): Amount {
  if (!amounts.every((each): each is string => typeof each === "string" && DECIMAL.test(each))) return null;
  const places = Math.max(0, ...amounts.map((each) => each.split(".")[1]?.length ?? 0));
  const sum = amounts.reduce((total, each) => total + scaled(each, places), 0n);
  return unscaled(sum, places);
}

export function isZero(amount: Amount | undefined): boolean {
  return typeof amount === "string" && /^-?0+(\.0+)?$/.test(amount);
}

/** For reading: cents from a dollar on, three significant digits below; "free" for nothing, words for the unknown. */
export function formatUsd(amount: Amount | undefined): string {
  if (typeof amount !== "string" || !DECIMAL.test(amount)) return "price unknown";
  if (isZero(amount)) return "free";
  const value = Math.abs(Number(amount));
  const sign = amount.startsWith("-") ? "-" : "";
  if (value >= 1) return `${sign}$${value.toLocaleString("en-US", { minimumFractionDigits: SHOWN_CENTS, maximumFractionDigits: SHOWN_CENTS })}`;
  const digits = Math.max(SHOWN_CENTS, -Math.floor(Math.log10(value)) - 1 + SHOWN_DIGITS);
  return `${sign}$${value.toFixed(Math.min(digits, 12)).replace(/(\.\d\d\d*?)0+$/, "$1")}`;
}

function scaled(amount: string, places: number): bigint {
  const [whole = "0", part = ""] = amount.replace("-", "").split(".");
  const digits = BigInt(whole + part.padEnd(places, "0"));
  return amount.startsWith("-") ? -digits : digits;
}

function unscaled(sum: bigint, places: number): string {
  const digits = (sum < 0n ? -sum : sum).toString().padStart(places + 1, "0");
  const part = places ? digits.slice(-places).replace(/0+$/, "") : "";
  const whole = places ? digits.slice(0, -places) : digits;
  return `${sum < 0n ? "-" : ""}${whole}${part ? `.${part}` : ""}`;
}
