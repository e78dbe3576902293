// Conversations that the desk keeps: two browsers of one key, without and with the network, and what is exported.
import { readFileSync } from "node:fs";
import { check, checkAccessible, checkClean, openPage, runSteps, shoot } from "./harness.mjs";

const SHARED = { shares: true, expected: [/ERR_/] };

async function ask(page, question) {
  await page.getByLabel("Your question").fill(question);
  await page.locator(".send-button").click();
}

async function answered(page, count = 1) {
  await page.waitForFunction((n) => document.querySelectorAll(".answer-message .answer-foot").length >= n, count);
}

/** Until the desk has what this page has, and the other way round. */
async function synchronise(page) {
  await page.locator(".sync-status").click();
  const button = page.getByRole("button", { name: "Synchronise now" });
  // A pass that is under way may have begun before the last change.
  for (let times = 0; times < 2; times += 1) {
    await button.click();
    await page.locator(".sync-status", { hasText: "Kept on the desk, too" }).waitFor();
    await page.locator('.sync-actions button[aria-disabled="false"]').first().waitFor();
  }
  await page.keyboard.press("Escape");
}

const link = (page, title) => page.locator(".history-link", { hasText: title }).first();

const steps = {
  async "two browsers of one key have the same conversations"(browser) {
    const one = await openPage(browser, SHARED);
    await ask(one.page, "What is 3+4?");
    await answered(one.page);
    await synchronise(one.page);
    await shoot(one.page, "shared-desktop-light");
    const two = await openPage(browser, SHARED);
    await link(two.page, "What is 3+4?").click();
    await answered(two.page);
    check(/7/.test(await two.page.locator(".answer-message").innerText()), "the answer in the other browser");
    await ask(two.page, "What is 5+6?");
    await answered(two.page, 2);
    await synchronise(two.page);
    await ask(one.page, "What is 8+9?");
    await answered(one.page, 2);
    await synchronise(one.page);
    // Until a reload a version stands where it was when it came.
    await one.page.locator(".question .branch-count", { hasText: "/ 2" }).waitFor();
    await one.page.locator(".question .branches button:enabled").click();
    await one.page.waitForFunction(() => document.querySelectorAll(".question-text")[1]?.textContent === "What is 5+6?");
    await checkClean(one);
    await checkClean(two);
  },

  async "a name given without the network, and a deletion, reach the other browser"(browser) {
    const one = await openPage(browser, SHARED);
    await ask(one.page, "What is 20+2?");
    await answered(one.page);
    await synchronise(one.page);
    const two = await openPage(browser, SHARED);
    await link(two.page, "What is 20+2?").click();
    await answered(two.page);
    await one.context.setOffline(true);
    await one.page.getByRole("button", { name: "Options of What is 20+2?" }).click();
    await one.page.getByRole("menuitem", { name: "Rename" }).click();
    await one.page.getByLabel("Name of the conversation").fill("Twenty-two");
    await one.page.keyboard.press("Enter");
    await one.page.locator(".sync-status", { hasText: "Waiting for the desk" }).waitFor();
    await one.context.setOffline(false);
    await synchronise(one.page);
    await synchronise(two.page);
    await link(two.page, "Twenty-two").waitFor();
    await one.page.getByRole("button", { name: "Options of Twenty-two" }).click();
    await one.page.getByRole("menuitem", { name: "Delete" }).click();
    await one.page.getByText("from the desk and from your other browsers").waitFor();
    await one.page.getByRole("button", { name: "Delete", exact: true }).click();
    await synchronise(one.page);
    await synchronise(two.page);
    await two.page.getByText("A conversation was deleted in another browser.").waitFor();
    await two.page.getByRole("heading", { name: "What do you want to know?" }).waitFor();
    check((await two.page.locator(".history-link", { hasText: "Twenty-two" }).count()) === 0, "it to be gone from the list");
    await checkClean(one);
    await checkClean(two);
  },

  async "a link opens a conversation that only the desk has, and all can be downloaded"(browser) {
    const one = await openPage(browser, SHARED);
    await ask(one.page, "What is 30+3?");
    await answered(one.page);
    await synchronise(one.page);
    const two = await openPage(browser, { ...SHARED, size: "phone", scheme: "dark", path: new URL(one.page.url()).search });
    await answered(two.page);
    await two.page.getByRole("button", { name: "Open the sidebar" }).click();
    await two.page.locator(".sync-status").click();
    await two.page.getByRole("button", { name: "Download all" }).waitFor();
    await checkAccessible(two.page, "where conversations are kept");
    await shoot(two.page, "shared-phone-dark");
    const [file] = await Promise.all([two.page.waitForEvent("download"), two.page.getByRole("button", { name: "Download all" }).click()]);
    const lines = readFileSync(await file.path(), "utf8").trim().split("\n").map((line) => JSON.parse(line));
    check(lines.some(({ title }) => title === "What is 30+3?"), "every conversation in the download");
    await two.page.keyboard.press("Escape");
    await two.page.getByTestId("import-file").setInputFiles({ name: "one.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(lines.at(-1))) });
    await two.page.getByText("The conversation was imported.").waitFor();
    await checkClean(one);
    await checkClean(two);
  },

  async "the evidence of an answer is saved from the export menu"(browser) {
    const opened = await openPage(browser);
    const { page } = opened;
    await ask(page, "What is 40+4?");
    await answered(page);
    await page.getByRole("button", { name: "Export" }).click();
    const item = page.getByRole("menuitem", { name: "Evidence of the last answer" });
    await page.waitForFunction(() => [...document.querySelectorAll('[role="menuitem"]')].some((each) => /Evidence/.test(each.textContent) && !each.disabled));
    const [file] = await Promise.all([page.waitForEvent("download"), item.click()]);
    const evidence = JSON.parse(readFileSync(await file.path(), "utf8"));
    check(evidence.schema === "cryptodesk.evidence/1", "a file of evidence");
    check(evidence.parts.replay.is_possible, "a replay in it");
    check(evidence.parts.answer.text?.includes("44") ?? true, "the answer in it");
    await checkClean(opened);
  },
};

await runSteps(steps);
