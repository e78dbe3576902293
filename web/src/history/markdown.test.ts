// @vitest-environment node
import { expect, it } from "vitest";
import { toMarkdown } from "./markdown";
import { answer, conversation, question } from "./samples";

it("writes the shown branch with sources, checks and cost", () => {
  const extra = {
    citations: [
      { citation_id: 1, key: "k", kind: "series", domain: "d", title: "Bitcoin [daily]", url: "https://example.org/a b" },
      { citation_id: 2, key: "j", kind: "document", domain: "d", title: "Bad", url: "javascript:alert(1)" },
    ],
    receipt: { run_id: "r", total_usd: "0.5", held_usd: "1", price_versions: [], is_estimated: false },
    verification: { status: "verified" as const, counts: { bound: 1, derived: 0, quoted: 0, user: 0, unbound: 0, contradicted: 0 } },
  };
  const nodes = [question("q", null, "How?"), answer("old", "q", "not shown"), answer("new", "q", "It rose [1].", { extra, model: "m-1", asOf: "2026-09-30" })];
  expect(toMarkdown(conversation(nodes, "new"))).toBe(
    [
      "# Bitcoin's year",
      "_2026-11-22 12:00 UTC · 2 messages · $0.50_",
      "## Question",
      "How?",
      "## Answer",
      "It rose [1].",
      "**Sources**",
      "1. [Bitcoin \\[daily\\]](<https://example.org/a%20b>)\n2. Bad",
      "_m-1 · as of 2026-09-30 · figures: verified · $0.50_\n",
    ].join("\n\n"),
  );
});

it("says where an answer was stopped", () => {
  const nodes = [question("q", null, "How?"), answer("a", "q", "", { status: "stopped" })];
  expect(toMarkdown(conversation(nodes))).toContain("_No text._\n\n_stopped early · m_");
});
