// Small readings of the tree that Markdown becomes before it is shown.
import type { Element, ElementContent, Nodes } from "hast";

export type Parent = Extract<Nodes, { children: unknown }>;

export function isElement(node: { type: string }, name?: string): node is Element {
  return node.type === "element" && (name === undefined || (node as Element).tagName === name);
}

export function textOf(node: Nodes): string {
  if (node.type === "text") return node.value;
  return "children" in node ? (node.children as Nodes[]).map(textOf).join("") : "";
}

export function element(tagName: string, properties: Element["properties"], children: ElementContent[]): Element {
  return { type: "element", tagName, properties, children };
}

export function* elementsOf(node: Nodes, name: string): Generator<Element> {
  if (!("children" in node)) return;
  for (const child of node.children as Nodes[]) {
    if (isElement(child, name)) yield child;
    yield* elementsOf(child, name);
  }
}
