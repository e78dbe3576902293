// Every page in every form: desktop and phone, light and dark. Each is looked at by axe, and kept as a picture.
import { check, checkAccessible, checkClean, DESK, openPage, runSteps, shoot } from "./harness.mjs";

const QUESTION = "Compare ETH and SOL over the last year";

async function look(page, name) {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  check(width <= page.viewportSize().width, `nothing wider than the screen on ${name}, but ${width}`);
  await checkAccessible(page, name);
  await shoot(page, name);
}

/** Runs in the page, which wants reduced motion: what of the sidebar is still hidden two frames after the press that
 * opens it. */
async function hiddenAfterOpening() {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  document.querySelector('[aria-label="Open the sidebar"]').click();
  await frame();
  await frame();
  const parts = [...document.querySelectorAll(".sidebar, .sidebar *")];
  return parts.filter((part) => getComputedStyle(part).visibility === "hidden").map((part) => part.getAttribute("class") ?? part.tagName);
}

async function lookAtAll(browser, size, scheme) {
  const form = `${size}-${scheme}`;
  const opened = await openPage(browser, { size, scheme });
  const { page } = opened;
  await page.waitForFunction(() => document.querySelector("select.pill")?.options.length > 0);
  await look(page, `page-empty-${form}`);
  await page.getByLabel("Your question").fill(QUESTION);
  await page.locator(".send-button").click();
  await page.locator(".answer-message .answer-foot").waitFor();
  await page.locator("canvas").first().waitFor();
  await look(page, `page-answer-${form}`);
  // The list of conversations is as long as days, and so is the answer: both ends are looked at.
  await page.locator(".answer-foot").scrollIntoViewIfNeeded();
  await look(page, `page-answer-end-${form}`);
  if (size === "phone") {
    const hidden = await page.evaluate(hiddenAfterOpening);
    check(hidden.length === 0, `all of the sidebar visible in the frame it opens, but not ${hidden.join(", ")}`);
    await look(page, `page-sidebar-${form}`);
  }
  for (const path of ["data", "usage"]) {
    await page.goto(`${DESK.url}/${path}`);
    await page.locator("main h1").waitFor();
    await page.locator("main section, main table, main .plot").first().waitFor();
    await look(page, `page-${path}-${form}`);
    await page.evaluate(() => document.querySelector("main")?.scrollTo(0, 1e6));
    await shoot(page, `page-${path}-end-${form}`);
  }
  await checkClean(opened);
  const gate = await openPage(browser, { size, scheme, key: "", expected: [/401/] });
  await gate.page.getByRole("heading", { name: "This desk needs a key" }).waitFor();
  await look(gate.page, `page-gate-${form}`);
  await checkClean(gate);
}

const steps = {
  async "every page is sound on a desktop in light"(browser) {
    await lookAtAll(browser, "desktop", "light");
  },

  async "every page is sound on a desktop in the dark"(browser) {
    await lookAtAll(browser, "desktop", "dark");
  },

  async "every page is sound on a phone in light"(browser) {
    await lookAtAll(browser, "phone", "light");
  },

  async "every page is sound on a phone in the dark"(browser) {
    await lookAtAll(browser, "phone", "dark");
  },
};

await runSteps(steps);
