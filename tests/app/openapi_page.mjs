// The reference page in a browser, at two sizes. Prints one JSON object: what was seen.
import { createRequire } from "node:module";

const [url, key, chromiumPath, root] = process.argv.slice(2);
const require = createRequire(`${root}/web/package.json`);
const { chromium } = require("playwright-core");
const axeSource = require("axe-core").source;

const browser = await chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox"] });
const seen = { problems: [], foreign: [], pages: {} };

async function visit(name, options, work) {
  const page = await browser.newPage(options);
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && seen.problems.push(message.text()));
  page.on("pageerror", (error) => seen.problems.push(String(error)));
  page.on("request", (request) => new URL(request.url()).origin !== url && seen.foreign.push(request.url()));
  await page.goto(`${url}/try#answerChat`);
  await page.waitForSelector("#answerChat form.try");
  seen.pages[name] = await work(page);
  await page.close();
}

async function sent(page, id) {
  await page.click(`#${id} form.try button.primary`);
  const line = page.locator(`#${id} .result-line`);
  await page.waitForSelector(`#${id} .buttons button:last-child:disabled`);
  return { line: await line.textContent(), text: await page.locator(`#${id} .result`).textContent() };
}

async function serious(page) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() => globalThis.axe.run());
  return found.violations.map((one) => `${one.id}: ${one.nodes[0].html}`);
}

// All of one route, shapes within shapes too: all of all would take the checker half a minute.
async function openAll(page) {
  for (let depth = 0; depth < 4; depth += 1) {
    await page.evaluate(() => document.querySelectorAll("#answerChat, #answerChat .shape details").forEach((one) => (one.open = true)));
    await page.waitForFunction(() => [...document.querySelectorAll("#answerChat .shape details[open]")].every((one) => one.childElementCount > 1));
  }
}

await visit("desk", { viewport: { width: 1400, height: 900 } }, async (page) => {
  const told = { routes: await page.locator("details.route").count(), links: await page.locator("#contents a").count() };
  told.refused = await sent(page, "answerChat");
  await page.fill("#key", key);
  told.kept = await page.evaluate(() => localStorage.getItem("cryptodesk.key"));
  told.code = await page.locator("#answerChat .code").textContent();
  told.answer = await sent(page, "answerChat");
  await page.selectOption("#answerChat-example", "stream");
  told.stream = await sent(page, "answerChat");
  await page.evaluate(() => (location.hash = "#callMcp"));
  await page.waitForSelector("#callMcp form.try");
  told.mcp = await sent(page, "callMcp");
  await page.fill("#filter", "deep cancel");
  told.filtered = await page.locator("#contents a:visible").allTextContents();
  await page.fill("#filter", "");
  await openAll(page);
  told.violations = await serious(page);
  return told;
});

await visit("phone", { viewport: { width: 390, height: 800 }, colorScheme: "dark" }, async (page) => {
  await openAll(page);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  return { width, violations: await serious(page) };
});

await browser.close();
console.log(JSON.stringify(seen));
