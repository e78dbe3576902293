// A rich answer, its charts and the pages beside the chat, in a real browser; answers are recorded ones of a real desk.
import { readFileSync } from "node:fs";
import { check, checkAccessible, checkClean, openPage, runSteps, shoot } from "./harness.mjs";

const CHAT = "**/openai/v1/chat/completions";
const recorded = (name) => readFileSync(new URL(`fixtures/${name}.sse`, import.meta.url), "utf8");
const COMPARE = { fixture: "compare", question: "Compare Bitcoin, Ethereum and Solana over the last 90 days: price, volatility and drawdown, and what is in the news about them?" };
const RENAMED = { fixture: "renamed", question: "How did Luna do over the last 30 days, in price and volume, and what is the news on it?" };

async function showAnswer(browser, { fixture, question }, options) {
  const opened = await openPage(browser, options);
  await opened.page.route(CHAT, (route) => route.fulfill({ status: 200, headers: { "content-type": "text/event-stream" }, body: recorded(fixture) }));
  await ask(opened.page, question);
  return opened;
}

async function ask(page, question) {
  await page.getByLabel("Your question").fill(question);
  await page.getByRole("button", { name: "Send" }).click();
  await page.locator(".answer-message .answer-foot").last().waitFor();
  await page.locator(".chart canvas").first().waitFor();
}

/** Waits until some canvas of the chart holds more than a few colours. */
const drawn = (page) =>
  page.waitForFunction(() =>
    [...document.querySelectorAll(".chart canvas")].some((canvas) => {
      if (!canvas.width || !canvas.height) return false;
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size > 8;
    }),
  );

async function downloaded(page, name) {
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name, exact: true }).first().click()]);
  return { name: file.suggestedFilename(), content: readFileSync(await file.path()) };
}

/** In the page: fetch answers the chat with `text` over `milliseconds`, and with the charts in its last frame. */
function answerSlowly({ text, milliseconds, extra }) {
  const real = window.fetch.bind(window);
  window.fetch = (input, init) => {
    if (!String(input).endsWith("/chat/completions")) return real(input, init);
    const encoder = new TextEncoder();
    const frame = (delta, more) => encoder.encode(`data: ${JSON.stringify({ id: "chatcmpl-made", model: "made", choices: [{ index: 0, delta, finish_reason: more ? "stop" : null }], ...more })}\n\n`);
    const body = new ReadableStream({
      async start(controller) {
        const begun = performance.now();
        for (let sent = 0; sent < text.length; ) {
          const due = Math.min(text.length, Math.ceil(((performance.now() - begun) / milliseconds) * text.length));
          if (due > sent) controller.enqueue(frame({ content: text.slice(sent, due) }));
          sent = Math.max(sent, due);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        controller.enqueue(frame({}, { cryptodesk: extra }));
        controller.enqueue(encoder.encode("data: [DONE]\n\n"));
        controller.close();
      },
    });
    return Promise.resolve(new Response(body, { headers: { "content-type": "text/event-stream" } }));
  };
}

/** Nodes that are no longer in the page but are still held, after what can be collected was. */
async function heldNodes(page) {
  const session = await page.context().newCDPSession(page);
  for (let i = 0; i < 3; i += 1) await session.send("HeapProfiler.collectGarbage");
  const { nodes } = await session.send("Memory.getDOMCounters");
  const live = await page.evaluate(() => {
    let count = 1;
    for (const walker = document.createTreeWalker(document); walker.nextNode(); ) count += 1;
    return count;
  });
  await session.detach();
  return { live, held: nodes - live };
}

function longChart(points) {
  let value = 100;
  const rows = Array.from({ length: points }, (_, index) => {
    value *= 1 + Math.sin(index * 12.9898) * 0.004;
    return [1_600_000_000 + index * 3600, value, value * 1.01, value * 0.99, value * 1.002, Math.abs(Math.sin(index)) * 1e6];
  });
  const columns = ["time", "open", "high", "low", "close", "volume"].map((slug) => ({ slug, name: slug, description: "", format: "currency", is_timestamp: slug === "time", attribution: [] }));
  return { chart_id: 1, kind: "candles", title: "Long chart", dataset: "prices", metric: "price", granularity: "1h", start: "", end: "", columns, series: [{ key: "long", rows }] };
}

/** In the page: the time of every frame while a chart is dragged. */
function watchFrames() {
  window.frames_ms = [];
  let before = performance.now();
  const next = (now) => {
    window.frames_ms.push(now - before);
    before = now;
    window.watching = requestAnimationFrame(next);
  };
  window.watching = requestAnimationFrame(next);
}

const steps = {
  async "a recorded answer shows figures, sources, chart and tools without a fault"(browser) {
    const opened = await showAnswer(browser, COMPARE);
    const { page } = opened;
    check((await page.locator("[data-figure]").count()) >= 45, "the figures to be marked");
    check((await page.locator(".prose table tr").count()) === 4, "a table of four rows");
    await drawn(page);
    await shoot(page, "rich-answer-desktop-light");
    await checkAccessible(page, "a rich answer");
    await page.getByRole("button", { name: "49 figures checked" }).click();
    await page.getByText("a cell of a tool's result").waitFor();
    await page.getByRole("button", { name: "8 sources" }).click();
    check((await page.locator(".source-list li").count()) === 8, "eight sources");
    await page.getByRole("button", { name: /tool calls/ }).click();
    await page.locator(".trace-head").last().click();
    await page.getByRole("heading", { name: "Result" }).waitFor();
    await shoot(page, "rich-answer-tools-desktop-light");
    await checkAccessible(page, "a rich answer with its tools");
    await checkClean(opened);
  },

  async "the cell behind a figure is told on hover and on focus"(browser) {
    const opened = await showAnswer(browser, RENAMED);
    const { page } = opened;
    await page.locator(".figure-contradicted").first().scrollIntoViewIfNeeded();
    await page.locator(".figure-contradicted").first().hover();
    const card = page.locator(".hover-card");
    await card.waitFor();
    check((await card.innerText()).includes("30-day change of the price"), "the cell's field");
    await shoot(page, "figure-card-desktop-light");
    await checkAccessible(page, "a figure's card");
    await page.mouse.move(5, 5);
    await card.waitFor({ state: "detached" });
    await page.locator("[data-figure='0']").focus();
    await page.keyboard.press("ArrowRight");
    await card.waitFor();
    await page.keyboard.press("Escape");
    await card.waitFor({ state: "detached" });
    await checkClean(opened);
  },

  async "an answer fits a phone in the dark"(browser) {
    const opened = await showAnswer(browser, RENAMED, { size: "phone", scheme: "dark" });
    const { page } = opened;
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    check(overflow <= 0, `nothing to stand out sideways, but ${overflow} px do`);
    await drawn(page);
    await shoot(page, "rich-answer-phone-dark");
    await page.locator(".figure-contradicted").first().tap();
    await page.locator(".hover-card").waitFor();
    await shoot(page, "figure-card-phone-dark");
    await page.keyboard.press("Escape");
    await page.locator(".chart").first().scrollIntoViewIfNeeded();
    await shoot(page, "chart-phone-dark");
    await checkAccessible(page, "an answer on a phone");
    await checkClean(opened);
  },

  async "a chart is zoomed, rebased, told as a table and handed over as files"(browser) {
    const opened = await showAnswer(browser, COMPARE);
    const { page } = opened;
    await page.getByRole("button", { name: "1M: last 30 days" }).click();
    await page.getByRole("button", { name: "Log", exact: true }).click();
    await page.getByRole("checkbox", { name: "Rebase to 100" }).check();
    check((await page.getByRole("application").getAttribute("aria-label")).includes("from 100.00 on"), "the rebased course in words");
    await page.getByRole("application").focus();
    for (const key of ["+", "ArrowLeft", "-", "Home"]) await page.keyboard.press(key);
    await page.locator(".chart").scrollIntoViewIfNeeded();
    const box = await page.getByRole("application").boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.getByRole("button", { name: "Log", exact: true }).focus();
    const top = () => page.locator(".chart").boundingBox().then(({ y }) => y);
    const before = await top();
    await page.mouse.wheel(0, -60);
    await page.waitForFunction((y) => document.querySelector(".chart").getBoundingClientRect().y !== y, before);
    await page.getByRole("application").focus();
    const entered = await top();
    const plain = await page.locator(".chart-canvas").screenshot();
    await page.mouse.wheel(0, -240);
    await page.waitForTimeout(200);
    check((await top()) === entered, "a chart that was entered to keep the page where it is");
    check(!plain.equals(await page.locator(".chart-canvas").screenshot()), "the wheel to zoom a chart that was entered");
    await page.getByRole("button", { name: "Table", exact: true }).click();
    check((await page.locator(".chart-table tbody tr").count()) === 90, "a row for each of 90 days");
    await page.locator(".chart").scrollIntoViewIfNeeded();
    await shoot(page, "chart-table-desktop-light");
    const csv = await downloaded(page, "CSV");
    check(csv.name.endsWith(".csv") && csv.content.toString().split("\r\n").length === 92, "a CSV with a head and 90 rows");
    const png = await downloaded(page, "PNG");
    check(png.content.subarray(1, 4).toString() === "PNG" && png.content.length > 5_000, "a picture");
    await checkAccessible(page, "a chart with its table");
    await checkClean(opened);
  },

  async "a chart of 20,000 candles is dragged"(browser) {
    const opened = await openPage(browser);
    const { page } = opened;
    await page.evaluate(answerSlowly, { text: "Here it is.", milliseconds: 50, extra: { charts: [longChart(20_000)] } });
    await ask(page, "A long chart");
    const canvas = page.locator(".chart-canvas");
    await canvas.scrollIntoViewIfNeeded();
    const { x, y, width, height } = await canvas.boundingBox();
    const before = await canvas.screenshot();
    // Zoomed to a tenth, as one looks at a long record; with all of it in view dragging moves nothing but the edge.
    await canvas.focus();
    for (let i = 0; i < 8; i += 1) await page.keyboard.press("+");
    await page.evaluate(watchFrames);
    await page.mouse.move(x + width * 0.3, y + height / 2);
    await page.mouse.down();
    for (let i = 0; i < 60; i += 1) await page.mouse.move(x + width * (0.3 + i / 150), y + height / 2);
    await page.mouse.up();
    const frames = (await page.evaluate(() => (cancelAnimationFrame(window.watching), window.frames_ms))).sort((one, other) => one - other);
    const at = (part) => frames[Math.floor((frames.length - 1) * part)].toFixed(1);
    console.error(`dragging 20,000 candles: ${frames.length} frames, median ${at(0.5)} ms, p95 ${at(0.95)} ms, longest ${at(1)} ms`);
    check(!before.equals(await canvas.screenshot()), "the chart to have moved");
    check(frames.length >= 10, `the page to go on drawing, but there were ${frames.length} frames`);
    await checkClean(opened);
  },

  async "a stream leaks no nodes"(browser) {
    const seconds = Number(process.env.CRYPTODESK_STREAM_SECONDS ?? 4);
    const opened = await openPage(browser);
    const { page } = opened;
    const paragraph = "Bitcoin **rose 1.2 %** to $60,000 in `a day`, after [news](https://example.org) of it.\n\n| Asset | Price |\n| --- | ---: |\n| BTC | $60,000 |\n\n- one\n- two\n\n";
    await page.evaluate(answerSlowly, { text: paragraph.repeat(40), milliseconds: seconds * 1000, extra: {} });
    await page.getByLabel("Your question").fill("A long answer");
    await page.getByRole("button", { name: "Send" }).click();
    await page.evaluate(watchFrames);
    await page.locator(".answer-message .answer-foot").waitFor({ timeout: seconds * 1000 + 20_000 });
    const frames = (await page.evaluate(() => (cancelAnimationFrame(window.watching), window.frames_ms))).sort((one, other) => one - other);
    const { live, held } = await heldNodes(page);
    console.error(`${seconds} s of streaming: ${frames.length} frames, p95 ${frames[Math.floor(frames.length * 0.95)].toFixed(1)} ms; ${live} nodes in the page, ${held} held beside it`);
    check(held < live * 0.2, `few nodes to be held beside the page's ${live}, but there are ${held}`);
    await checkClean(opened);
  },

  async "the data page tells what there is"(browser) {
    for (const [size, scheme] of [["desktop", "light"], ["phone", "dark"]]) {
      const opened = await openPage(browser, { path: "/data", size, scheme });
      await opened.page.getByRole("heading", { name: "Live sources" }).waitFor();
      check((await opened.page.getByRole("note").innerText()).includes("invented data"), "the mode in words");
      await shoot(opened.page, `data-${size}-${scheme}`);
      await checkAccessible(opened.page, `the data page on a ${size}`);
      await checkClean(opened);
    }
  },

  async "the usage page tells what was used"(browser) {
    for (const [size, scheme] of [["desktop", "dark"], ["phone", "light"]]) {
      const opened = await openPage(browser, { path: "/usage", size, scheme });
      const { page } = opened;
      await page.getByRole("heading", { name: "Budgets" }).waitFor();
      await page.getByRole("button", { name: "By model" }).click();
      await page.getByRole("button", { name: "7 days" }).click();
      await page.waitForFunction(() => document.querySelector("main")?.getAttribute("aria-busy") === "false");
      await shoot(page, `usage-${size}-${scheme}`);
      await checkAccessible(page, `the usage page on a ${size}`);
      await checkClean(opened);
    }
  },
};

await runSteps(steps);
