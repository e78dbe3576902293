import { cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import compare from "../../tests/browser/fixtures/compare.sse?raw";
import renamed from "../../tests/browser/fixtures/renamed.sse?raw";
import type { AnswerExtra } from "../api/types";
import { AnswerBody, type AnswerBodyProps } from "./AnswerBody";
import { setMarks } from "./preferences";
import { readRecorded } from "./recorded";

vi.mock("../charts/ChartPanel", () => ({ ChartPanel: ({ chart }: { chart: { title: string } }) => <figure aria-label={chart.title} /> }));

const COMPARE = readRecorded(compare);
const RENAMED = readRecorded(renamed);

beforeEach(() => setMarks(true));
afterEach(cleanup);

function show(answer: { text: string; extra: AnswerExtra }, more: Partial<AnswerBodyProps> = {}) {
  const onAsk = vi.fn<(question: string) => void>();
  const onClarify = vi.fn<(choice: string) => void>();
  const props: AnswerBodyProps = { ...answer, isStreaming: false, onAsk, onClarify, ...more };
  const { rerender, container } = render(<AnswerBody {...props} />);
  return { onAsk, onClarify, container, again: (next: Partial<AnswerBodyProps>) => rerender(<AnswerBody {...props} {...next} />) };
}

describe("a recorded answer", () => {
  it("marks every figure that the verification found, in their order", () => {
    const { container } = show(COMPARE);
    const marked = [...container.querySelectorAll<HTMLElement>("[data-figure]")];
    const figures = COMPARE.extra.verification?.figures ?? [];
    const indices = [...new Set(marked.map((mark) => Number(mark.dataset.figure)))];
    expect(figures.length).toBeGreaterThan(40);
    expect(indices.sort((one, other) => one - other)).toEqual(figures.map((_, index) => index));
    for (const mark of marked) expect(figures[Number(mark.dataset.figure)]?.text).toContain(mark.textContent);
  });

  it("has one stop for the Tab key among the figures", () => {
    const { container } = show(COMPARE);
    expect(container.querySelectorAll("[data-figure][tabindex='0']")).toHaveLength(1);
  });

  it("tells the cell behind a figure, and closes by Escape", async () => {
    const user = userEvent.setup();
    show(RENAMED);
    await user.click(screen.getByRole("button", { name: "27.37%, contradicted by the data" }));
    const card = screen.getByRole("dialog", { name: "About 27.37%" });
    expect(card.textContent).toContain("another asset: this is the 30-day change of the price of Terra");
    expect(within(card).getByText("-27.373734 %")).toBeTruthy();
    expect(within(card).getByText("simulated_world · simulated")).toBeTruthy();
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("leads from a figure to the call that it came from", async () => {
    const user = userEvent.setup();
    show(RENAMED);
    await user.click(screen.getByRole("button", { name: "27.37%, contradicted by the data" }));
    await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "market data" }));
    expect(screen.getAllByText("Arguments")).toHaveLength(1);
    expect(screen.getByText("market_data_result")).toBeTruthy();
  });

  it("moves from figure to figure by arrows", async () => {
    const user = userEvent.setup();
    const { container } = show(RENAMED);
    container.querySelector<HTMLElement>("[data-figure='0']")?.focus();
    await user.keyboard("{ArrowRight}{ArrowRight}{ArrowLeft}");
    expect((document.activeElement as HTMLElement).dataset.figure).toBe("1");
  });

  it("makes citations buttons that show title, publisher, date and the figures they stand behind", async () => {
    const user = userEvent.setup();
    show(COMPARE);
    await user.click(screen.getAllByRole("button", { name: /^Source 6:/ })[0] as HTMLElement);
    const card = screen.getByRole("dialog", { name: "Source 6" });
    expect(card.textContent).toContain("wire.example.invalid · published 2026-11-21 22:22 UTC");
    expect(within(card).getByRole("link", { name: "Open the source" }).getAttribute("rel")).toBe("noopener noreferrer");
  });

  it("lists sources and says that the data are simulated", async () => {
    const user = userEvent.setup();
    show(COMPARE);
    expect(screen.getByText("Simulated data")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "8 sources" }));
    expect(within(screen.getByRole("region", { name: "8 sources" })).getAllByRole("listitem")).toHaveLength(8);
  });

  it("asks again about a rival, in the words of the question", async () => {
    const user = userEvent.setup();
    const question = "Compare Bitcoin, Ethereum and Solana over the last 90 days";
    const { onAsk } = show(COMPARE, { question });
    await user.click(screen.getByRole("button", { name: /^SOL Solana/ }));
    await user.click(screen.getByRole("menuitem"));
    expect(onAsk).toHaveBeenCalledWith("Compare Bitcoin, Ethereum and Solana (SOL, id 2000000063) over the last 90 days");
  });

  it("says in words why the choice of an asset is close", () => {
    show(RENAMED);
    expect(screen.getByText("LUNA was renamed (2022-05-28): it is Terra Classic (LUNC, id 4172) now")).toBeTruthy();
  });

  it("asks a related question", async () => {
    const user = userEvent.setup();
    const { onAsk } = show(COMPARE);
    await user.click(within(screen.getByRole("navigation", { name: "Related questions" })).getAllByRole("button")[0] as HTMLElement);
    expect(onAsk).toHaveBeenCalledWith(COMPARE.extra.related?.[0]);
  });

  it("takes marks away and keeps the text when they are switched off", async () => {
    const user = userEvent.setup();
    const { container } = show(RENAMED);
    const before = container.querySelector(".prose")?.textContent;
    await user.click(screen.getByRole("button", { name: "5 contradicted of 30 figures" }));
    await user.click(screen.getByRole("checkbox", { name: "Mark figures in the text" }));
    expect(container.querySelectorAll("[data-figure]")).toHaveLength(0);
    expect(container.querySelector(".prose")?.textContent).toBe(before);
  });
});

describe("what a model may write", () => {
  it("loads no image, runs no address and shows no element of its own", () => {
    const text = '![x](https://example.org/a.png) <img src=x onerror=alert(1)> <script>alert(1)</script> [bad](javascript:alert(1)) [rel](/data) [good](https://example.org)';
    const { container } = show({ text, extra: {} });
    expect(container.querySelector("img, script")).toBeNull();
    expect(screen.getAllByRole("link").map((link) => link.getAttribute("href"))).toEqual(["https://example.org"]);
  });

  it("breaks a line where a cell of a table says so", () => {
    const { container } = show({ text: "| A |\n| - |\n| one<br>two<br/>three |", extra: {} });
    expect(container.querySelectorAll("td br")).toHaveLength(2);
  });

  it("puts no button for a marker that no source has", () => {
    show({ text: "An array [1] of [7].", extra: { citations: [{ citation_id: 1, key: "k", kind: "page", domain: "example.org", title: "T" }] } });
    expect(screen.getAllByRole("button", { name: /^Source/ })).toHaveLength(1);
    expect(screen.getByText(/of \[7\]\./)).toBeTruthy();
  });
});

describe("while it streams", () => {
  it("closes half a mark at the end of the text", () => {
    const { container, again } = show({ text: "First block.\n\nSecond", extra: {} }, { isStreaming: true });
    again({ text: "First block.\n\nSecond block **grows", isStreaming: true });
    expect(container.querySelector(".prose > p + p > strong")?.textContent).toBe("grows");
  });

  it("offers the choices of a question back once it is whole", async () => {
    const user = userEvent.setup();
    const extra: AnswerExtra = { research: { status: "clarification", choices: ["Bitcoin (BTC)", "Ethereum (ETH)"] } };
    const { onClarify, again } = show({ text: "Which asset?", extra }, { isStreaming: true });
    expect(screen.queryByRole("group", { name: "Choose an answer" })).toBeNull();
    again({ isStreaming: false });
    await user.click(screen.getByRole("button", { name: "Ethereum (ETH)" }));
    expect(onClarify).toHaveBeenCalledWith("Ethereum (ETH)");
  });
});
