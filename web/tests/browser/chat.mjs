// The main paths of the chat, in a real browser against a real desk with simulated data.
import { readFileSync } from "node:fs";
import { check, checkAccessible, checkClean, DESK, openPage, runSteps, shoot } from "./harness.mjs";

const QUESTION = "How did Bitcoin do over the last 90 days?";

async function ask(page, question) {
  await page.getByLabel("Your question").fill(question);
  // With a touch screen alone, Enter makes a line.
  await page.locator(".send-button").click();
}

async function answered(page, count = 1) {
  await page.waitForFunction((n) => document.querySelectorAll(".answer-message .answer-foot").length >= n, count);
}

const lastAnswer = (page) => page.locator(".answer-message").last();

async function askOnce(browser, options) {
  const opened = await openPage(browser, options);
  await ask(opened.page, QUESTION);
  await answered(opened.page);
  return opened;
}

/** Slows an answer down: the body is held until the page lets go of it. */
// A chart that is drawn in this very moment moves what is below it, so that a click may miss: people click again.
async function openPanel(button, heading) {
  for (let tries = 0; tries < 4; tries += 1) {
    if ((await button.getAttribute("aria-expanded")) !== "true") await button.click();
    if (await heading.waitFor({ timeout: 4000 }).then(() => true, () => false)) return;
  }
  throw new Error("the panel did not open");
}

async function stallAnswers(page) {
  await page.route("**/openai/v1/chat/completions", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 20_000));
    await route.abort().catch(() => undefined);
  });
}

/** Answers made up of given frames, cut off after them unless they end well. */
async function answerWith(page, frames, { status = 200, headers = {} } = {}) {
  await page.route("**/openai/v1/chat/completions", (route) =>
    route.fulfill({ status, headers: { "content-type": status === 200 ? "text/event-stream" : "application/json", ...headers }, body: frames }),
  );
}

function longChat(count) {
  const messages = Array.from({ length: count }, (_, i) => ({
    id: `m${i}`,
    parentId: i ? `m${i - 1}` : null,
    createdAt: i + 1,
    ...(i % 2 ? { role: "assistant", text: `answer ${i}: it **rose** by ${i} %.`, status: "done", askedModel: "m" } : { role: "user", text: `question ${i}` }),
  }));
  return JSON.stringify({ schema: "cryptodesk.conversation/1", title: "Long", created_at: 1, head_id: `m${count - 1}`, messages });
}

/** In the page: wheel turns upwards until later messages are off the page, and how long each frame took. */
async function scrollUp() {
  const viewport = document.querySelector(".thread-viewport");
  const times = [];
  const isFar = () => [...document.querySelectorAll(".earlier")].some((mark) => mark.textContent.includes("later"));
  while (!isFar() && times.length < 1_000) {
    const begun = performance.now();
    viewport.scrollTop -= 600;
    await new Promise(requestAnimationFrame);
    times.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  return { count: times.length, median: times[times.length >> 1], p95: times[Math.floor(times.length * 0.95)] };
}

const steps = {
  async "the first paint comes within a second"(browser) {
    const opened = await openPage(browser);
    await opened.page.getByRole("heading", { name: "What do you want to know?" }).waitFor();
    const paint = await opened.page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null);
    console.error(`first contentful paint ${paint?.toFixed(0)} ms`);
    check(new URL(opened.page.url()).hash === "", "the key to be gone from the address");
    await opened.page.waitForFunction(() => document.querySelector("select.pill")?.options.length > 0);
    await shoot(opened.page, "empty-desktop-light");
    await checkAccessible(opened.page, "the empty page");
    await checkClean(opened);
  },

  async "a question is answered, with a receipt and a running total"(browser) {
    const opened = await openPage(browser);
    const { page } = opened;
    await page.getByLabel("Your question").fill(QUESTION);
    await page.getByRole("button", { name: /Quote: Free/ }).waitFor();
    await page.keyboard.press("Enter");
    await answered(page);
    check(/Bitcoin/.test(await lastAnswer(page).innerText()), "an answer about Bitcoin");
    await page.locator("canvas").first().waitFor();
    const top = await page.locator(".question").evaluate((element) => element.getBoundingClientRect().top);
    check(top > 0, `the answer to be shown from its beginning, but the question is at ${top}`);
    await shoot(page, "answer-desktop-light");
    await openPanel(page.getByRole("button", { name: /Receipt: Free/ }), page.getByRole("heading", { name: "Receipt" }));
    await page.getByText("Lines of the ledger").waitFor();
    await shoot(page, "receipt-desktop-light");
    await page.keyboard.press("Escape");
    check((await page.locator(".total").innerText()).toLowerCase().includes("free"), "the total to be free");
    check(page.url().includes("?c="), "an address of its own");
    check((await page.locator(".mode-label").first().innerText()).includes("Simulated"), "a label of the data mode");
    await checkAccessible(page, "an answer");
    await checkClean(opened);
  },

  async "Escape stops an answer, which can be asked for again"(browser) {
    const opened = await openPage(browser, { expected: [/ERR_/] });
    const { page } = opened;
    await stallAnswers(page);
    await ask(page, QUESTION);
    await page.getByRole("button", { name: "Stop" }).waitFor();
    await shoot(page, "streaming-desktop-light");
    await page.keyboard.press("Escape");
    await page.getByText("Stopped before there was any text.").waitFor();
    await page.unroute("**/openai/v1/chat/completions");
    await page.getByRole("button", { name: "Answer again" }).click();
    await page.waitForFunction(() => /Bitcoin/.test(document.querySelector(".answer-message")?.textContent ?? ""), null);
    await answered(page);
    check((await lastAnswer(page).locator(".branch-count").innerText()) === "2 / 2", "the stopped answer to be kept as a version");
    await checkClean(opened);
  },

  async "an edited question is a branch, and both survive a reload"(browser) {
    const opened = await askOnce(browser);
    const { page } = opened;
    await page.locator(".question").hover();
    await page.getByRole("button", { name: "Edit and ask again" }).click();
    await page.getByLabel("Edit the question").fill("How did Ethereum do over the last 90 days?");
    await page.getByRole("button", { name: "Ask again" }).click();
    await page.waitForFunction(() => document.querySelector(".question .branch-count")?.textContent === "2 / 2");
    await page.waitForFunction(() => /Ethereum/.test(document.querySelector(".answer-message .answer-foot")?.parentElement?.textContent ?? ""), null);
    await page.reload();
    await answered(page);
    check((await page.locator(".question-text").innerText()).includes("Ethereum"), "the newest branch after a reload");
    await page.locator(".question").getByRole("button", { name: "Previous version" }).click();
    await page.waitForFunction(() => document.querySelector(".question-text")?.textContent?.includes("Bitcoin"));
    check(/Bitcoin/.test(await lastAnswer(page).innerText()), "the first answer on the first branch");
    await checkClean(opened);
  },

  async "conversations are listed, searched, renamed and deleted"(browser) {
    const opened = await askOnce(browser);
    const { page } = opened;
    await page.getByRole("button", { name: /^Options of/ }).click();
    await page.getByRole("menuitem", { name: "Rename" }).click();
    await page.getByLabel("Name of the conversation").fill("My bitcoin study");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "My bitcoin study" }).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Search conversations" }).fill("90 days");
    await page.getByRole("option", { name: /My bitcoin study/ }).waitFor();
    await shoot(page, "search-desktop-light");
    await checkAccessible(page, "the search");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^Options of/ }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("The conversation was deleted.").waitFor();
    check((await page.locator(".history-link").count()) === 0, "an empty list");
    await checkClean(opened);
  },

  async "a conversation is exported and imported"(browser) {
    const opened = await askOnce(browser);
    const { page } = opened;
    const saved = {};
    for (const [name, item] of [["markdown", "Markdown"], ["json", /File to share/]]) {
      await page.getByRole("button", { name: "Export" }).click();
      const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: item }).click()]);
      saved[name] = readFileSync(await file.path(), "utf8");
    }
    check(saved.markdown.startsWith(`# ${QUESTION}`) && saved.markdown.includes("## Answer"), "Markdown of the conversation");
    const file = { name: "shared.json", mimeType: "application/json", buffer: Buffer.from(saved.json) };
    await page.getByTestId("import-file").setInputFiles(file);
    await page.getByText("The conversation was imported.").waitFor();
    await answered(page);
    check((await page.locator(".history-link").count()) === 2, "two conversations");
    await page.getByTestId("import-file").setInputFiles({ ...file, buffer: Buffer.from("{}") });
    await page.getByText("This file is not a conversation").waitFor();
    await checkClean(opened);
  },

  async "a desk that wants a key asks for it once"(browser) {
    const opened = await openPage(browser, { key: "", expected: [/401/] });
    const { page } = opened;
    await page.getByRole("heading", { name: "This desk needs a key" }).waitFor();
    await shoot(page, "gate-desktop-light");
    await checkAccessible(page, "the key gate");
    await page.getByLabel("API key").fill("wrong");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("Incorrect API key provided").waitFor();
    await page.getByLabel("API key").fill(`  "${DESK.key}" `);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("heading", { name: "What do you want to know?" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "What do you want to know?" }).waitFor();
    await checkClean(opened);
  },

  async "a lost connection is said, and what had arrived is kept"(browser) {
    const opened = await openPage(browser, { expected: [/ERR_/, /Failed to load/] });
    const { page } = opened;
    await opened.context.setOffline(true);
    await ask(page, QUESTION);
    await page.getByText("No connection").waitFor();
    await shoot(page, "offline-desktop-light");
    await opened.context.setOffline(false);
    const text = JSON.stringify({ id: "chatcmpl-x", model: "m", choices: [{ delta: { content: "Half an answer" } }] });
    await answerWith(page, `: filler\n\ndata: ${text}\n\n`);
    await page.getByRole("button", { name: "Try again" }).first().click();
    await page.getByText("The answer broke off").waitFor();
    check((await lastAnswer(page).innerText()).includes("Half an answer"), "the partial answer");
    await checkClean(opened);
  },

  async "refusals are told by their kind"(browser) {
    const opened = await openPage(browser, { expected: [/Failed to load/] });
    const { page } = opened;
    const refusals = [
      [402, "budget_spent", "The budget does not cover this"],
      [429, "rate_limit_exceeded", "Too many requests"],
      [503, "upstream_unavailable", "The desk could not answer"],
    ];
    for (const [status, code, title] of refusals) {
      await answerWith(page, JSON.stringify({ error: { message: `refused ${status}`, type: "x", param: null, code } }), { status, headers: { "retry-after": "30" } });
      await ask(page, QUESTION);
      await page.getByText(title).last().waitFor();
      await page.unroute("**/openai/v1/chat/completions");
    }
    await page.getByRole("button", { name: /Try again in \d+ s/ }).first().waitFor();
    await shoot(page, "refusals-desktop-light");
    await checkAccessible(page, "refusals");
    await checkClean(opened);
  },

  async "a chat of 5,000 messages opens at its end and scrolls to its beginning"(browser) {
    const opened = await openPage(browser);
    const { page } = opened;
    await page.getByTestId("import-file").setInputFiles({ name: "long.json", mimeType: "application/json", buffer: Buffer.from(longChat(5_000)) });
    await page.locator(".answer-message").getByText("answer 4999").waitFor();
    check((await page.locator("[data-message-id]").count()) === 40, "the newest messages alone");
    const frames = await page.evaluate(scrollUp);
    const shown = await page.locator("[data-message-id]").count();
    check(shown > 80 && shown <= 101, `earlier messages as one scrolls up, and no more than a page can bear, but ${shown}`);
    console.error(`scrolling through ${shown} messages: ${frames.count} frames, median ${frames.median.toFixed(1)} ms, p95 ${frames.p95.toFixed(1)} ms`);
    check((await page.locator(".answer-message").getByText("answer 4999").count()) === 0, "the newest messages to be off the page");
    await page.getByRole("button", { name: "Go to the newest message" }).click();
    await page.locator(".answer-message").getByText("answer 4999").waitFor();
    await page.waitForFunction(() => {
      const viewport = document.querySelector(".thread-viewport");
      return viewport.scrollTop + viewport.clientHeight > viewport.scrollHeight - 40;
    });
    await ask(page, QUESTION);
    await page.waitForFunction(() => /Bitcoin/.test([...document.querySelectorAll(".answer-message")].at(-1)?.textContent ?? ""));
    await checkClean(opened);
  },

  async "everything can be done from the keyboard"(browser) {
    const opened = await openPage(browser);
    const { page } = opened;
    await page.waitForFunction(() => document.querySelector("select.pill")?.options.length > 0);
    await page.keyboard.type("What is");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("5+7?");
    check((await page.getByLabel("Your question").inputValue()) === "What is\n5+7?", "Shift+Enter to make a line");
    await page.keyboard.press("Enter");
    await answered(page);
    await page.getByLabel("Your question").focus();
    await page.keyboard.press("ArrowUp");
    await page.waitForFunction(() => document.activeElement?.getAttribute("aria-label") === "Edit the question");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("What is 6*7?");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => /42/.test(document.querySelector(".answer-message .answer-foot")?.parentElement?.textContent ?? ""));
    await page.keyboard.press("Control+k");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "What do you want to know?" }).waitFor();
    await page.locator(".history-more").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    check((await page.evaluate(() => document.activeElement?.textContent)) === "Export as Markdown", "arrows to move in a menu");
    await page.keyboard.press("Escape");
    check(await page.evaluate(() => document.activeElement?.classList.contains("history-more")), "the focus to be given back");
    await checkClean(opened);
  },

  async "on a phone the list is a drawer"(browser) {
    const opened = await askOnce(browser, { size: "phone" });
    const { page } = opened;
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    check(width <= 390, `nothing wider than the screen, but ${width}`);
    await shoot(page, "answer-phone-light");
    await checkAccessible(page, "the phone");
    await page.getByRole("button", { name: "Open the sidebar" }).click();
    await page.getByRole("link", { name: QUESTION }).waitFor();
    await shoot(page, "drawer-phone-light");
    await page.getByRole("link", { name: "New chat" }).click();
    await page.getByRole("heading", { name: "What do you want to know?" }).waitFor();
    await shoot(page, "empty-phone-light");
    await page.getByRole("button", { name: "Balanced" }).click();
    await page.locator(".options-sheet").getByLabel("Length").waitFor();
    await shoot(page, "options-phone-light");
    await checkClean(opened);
  },

  async "the pages of data and usage are reached from the sidebar, on a phone too"(browser) {
    for (const size of ["desktop", "phone"]) {
      const opened = await openPage(browser, { size });
      const { page } = opened;
      for (const name of ["Data", "Usage"]) {
        if (size === "phone") await page.getByRole("button", { name: "Open the sidebar" }).click();
        await page.getByRole("link", { name, exact: true }).click();
        await page.locator("main h1").waitFor();
        check(new URL(page.url()).pathname === `/${name.toLowerCase()}`, `the address of ${name}`);
        await shoot(page, `${name.toLowerCase()}-${size}-light`);
      }
      await page.goBack();
      await page.waitForFunction(() => location.pathname === "/data");
      await checkClean(opened);
    }
  },

  async "the dark theme is as readable"(browser) {
    const opened = await askOnce(browser, { scheme: "dark" });
    await opened.page.locator("canvas").first().waitFor();
    await shoot(opened.page, "answer-desktop-dark");
    await checkAccessible(opened.page, "the dark theme");
    await opened.page.goto(DESK.url);
    await opened.page.getByRole("heading", { name: "What do you want to know?" }).waitFor();
    await shoot(opened.page, "empty-desktop-dark");
    await checkClean(opened);
    const phone = await askOnce(browser, { scheme: "dark", size: "phone" });
    await shoot(phone.page, "answer-phone-dark");
    await checkClean(phone);
  },
};

await runSteps(steps);
