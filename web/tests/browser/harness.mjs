// What every browser script shares: a Chromium, a page that is watched for faults, checks and screenshots.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = path.dirname(fileURLToPath(import.meta.url));
const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
export const SCREENSHOTS = path.resolve(here, "../../screenshots");
export const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

const WAIT_MS = 25_000;
const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** From the environment of the Python side: where the desk is, its key, and which Chromium to drive. */
export const DESK = {
  url: required("CRYPTODESK_WEB_URL"),
  key: required("CRYPTODESK_WEB_KEY"),
  chromium: process.env.CRYPTODESK_CHROMIUM ?? "/usr/bin/chromium",
};

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`set ${name}`);
  return value;
}

export function launch() {
  return chromium.launch({ executablePath: DESK.chromium, args: ARGUMENTS });
}

/** A history on the desk that is this page's alone: pages of other steps have the same key. */
async function keepApart(context) {
  let sequence = 0;
  await context.route("**/v1/history**", (route) => {
    const method = route.request().method();
    const list = { object: "list", data: [], has_more: false, next: null, latest: sequence, epoch: sequence ? "e" : "", key_id: "k", size: 0, most_size: 1 };
    if (method === "POST") sequence += 1;
    const merged = { object: "conversation", id: "c", sequence, is_deleted: false, is_new: false, before: sequence - 1 };
    return route.fulfill({ json: method === "POST" ? merged : list });
  });
}

/** A page of a new browser profile. `faults` gathers what must not be: console errors, CSP violations, other hosts. With
 * `shares` its conversations are kept on the desk, for the other pages that share. */
export async function openPage(browser, { size = "desktop", scheme = "light", path: where = "/", key = DESK.key, expected = [], shares = false } = {}) {
  const context = await browser.newContext({ viewport: SIZES[size], colorScheme: scheme, hasTouch: size === "phone", acceptDownloads: true, reducedMotion: "reduce" });
  if (!shares) await keepApart(context);
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  const faults = [];
  const isExpected = (text) => expected.some((pattern) => pattern.test(text));
  page.on("console", (message) => message.type() === "error" && !isExpected(message.text()) && faults.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`defect: ${error.message}`));
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith("http") && origin !== new URL(DESK.url).origin) faults.push(`another host: ${request.url()}`);
  });
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ""}`));
  });
  await page.goto(DESK.url + where + (key ? `#key=${key}` : ""));
  return { page, context, faults };
}

export async function checkClean({ page, faults }) {
  const violations = await page.evaluate(() => window.violations);
  check(faults.length === 0, `no faults, but ${faults.join("; ")}`);
  check(violations.length === 0, `no CSP violation, but ${violations.join("; ")}`);
}

/** axe-core, evaluated by the browser's own protocol, which no content security policy stops. */
export async function checkAccessible(page, where) {
  await page.evaluate(readFileSync(axePath, "utf8"));
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const serious = found.violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const told = serious.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary?.split("\n")[1]?.trim() ?? ""}`).join(" | ")}`);
  check(told.length === 0, `axe finds nothing serious on ${where}, but ${told.join("; ")}`);
}

export async function shoot(page, name) {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`) });
}

export function check(isTrue, words) {
  if (!isTrue) throw new Error(`expected ${words}`);
}

/** Runs the steps one by one, prints one line of JSON each, and sets the exit code. */
export async function runSteps(steps) {
  const browser = await launch();
  let failed = 0;
  for (const [name, step] of Object.entries(steps)) {
    if (process.argv[2] && !name.includes(process.argv[2])) continue;
    const begun = performance.now();
    let error = null;
    try {
      await step(browser);
    } catch (fault) {
      error = String(fault?.message ?? fault).slice(0, 2000);
      failed += 1;
      const page = browser.contexts().at(-1)?.pages().at(-1);
      if (page) await shoot(page, `failed-${failed}`).catch(() => undefined);
    }
    for (const context of browser.contexts()) await context.close();
    console.log(JSON.stringify({ name, ms: Math.round(performance.now() - begun), error }));
  }
  await browser.close();
  process.exitCode = failed ? 1 : 0;
}
