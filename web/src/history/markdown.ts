// The visible branch of a conversation as Markdown, with the sources, the checks and the cost of each answer.
import { addAmounts, formatUsd } from "../api/money";
import { pathTo } from "./tree";
import type { AnswerNode, Conversation, MessageNode } from "./types";

export function toMarkdown(conversation: Conversation): string {
  const { info, nodes } = conversation;
  const path = pathTo(new Map(nodes.map((node) => [node.id, node])), info.headId);
  const total = addAmounts(path.map((node) => (node.role === "assistant" ? node.extra?.receipt?.total_usd : "0") ?? "0"));
  const head = [`# ${oneLine(info.title)}`, `_${stamp(info.createdAt)} · ${path.length} messages · ${formatUsd(total)}_`];
  return `${[...head, ...path.map(section)].join("\n\n")}\n`;
}

function section(node: MessageNode): string {
  if (node.role === "user") return `## Question\n\n${node.text.trim()}`;
  return ["## Answer", node.text.trim() || "_No text._", ...notes(node)].join("\n\n");
}

function notes(node: AnswerNode): string[] {
  const sources = (node.extra?.citations ?? []).map((source) => `${source.citation_id}. ${link(source.title, source.url)}`);
  const parts = [
    node.status === "stopped" ? "stopped early" : node.status === "failed" ? "not finished" : "",
    node.model ?? node.askedModel,
    node.asOf ? `as of ${node.asOf}` : "",
    node.extra?.verification ? `figures: ${node.extra.verification.status.replace("_", " ")}` : "",
    node.extra?.receipt ? formatUsd(node.extra.receipt.total_usd) : "",
  ];
  const line = `_${parts.filter(Boolean).join(" · ")}_`;
  return sources.length ? [`**Sources**\n\n${sources.join("\n")}`, line] : [line];
}

function link(title: string, url: string | undefined): string {
  const text = oneLine(title).replace(/([[\]])/g, "\\$1");
  return url && /^https?:\/\//i.test(url) ? `[${text}](<${url.replace(/[<>\s]/g, encodeURIComponent)}>)` : text;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function stamp(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
