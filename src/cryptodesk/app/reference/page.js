// The page: sections of routes, each opened when it is asked for.

import { element, prose } from "./dom.js";
import { startKey, startTheme } from "./key.js";
import { showOperation } from "./operation.js";

const METHODS = ["get", "put", "post", "delete", "patch", "options", "head"];
const opened = new Map();

startTheme();
const key = startKey(() => opened.forEach((shown) => shown.refresh()));
void start();

async function start() {
  const main = document.getElementById("operations");
  try {
    const answer = await fetch("/openapi.json");
    if (!answer.ok) throw new Error(`/openapi.json answered ${answer.status}`);
    show(await answer.json(), main);
  } catch (error) {
    main.replaceChildren(element("p", { role: "alert" }, `The description could not be read: ${error.message}`));
  }
  main.removeAttribute("aria-busy");
}

function show(document_, main) {
  const entries = Object.entries(document_.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({ method, path, operation: item[method] })),
  );
  const contents = document.getElementById("contents");
  main.replaceChildren();
  for (const { name, description } of document_.tags) {
    const mine = entries.filter(({ operation }) => operation.tags?.includes(name));
    const blocks = mine.map((entry) => routeBlock(entry, document_));
    main.append(element("section", {}, element("h2", {}, name), element("p", {}, prose(description ?? "")), blocks));
    contents.append(element("div", { class: "group" }, element("h2", {}, name), element("ul", {}, mine.map(routeLink))));
  }
  startFilter();
  addEventListener("hashchange", openFromAddress);
  openFromAddress();
}

function routeLink({ method, path, operation }) {
  const label = [element("span", { class: `method method-${method}` }, method.toUpperCase()), element("span", {}, path)];
  return element("li", { "data-words": `${method} ${path} ${operation.summary}`.toLowerCase() }, element("a", { href: `#${operation.operationId}` }, label));
}

function routeBlock(entry, document_) {
  const { method, path, operation } = entry;
  const head = [
    element("span", { class: `method method-${method}` }, method.toUpperCase()),
    element("code", { class: "path" }, path),
    element("span", { class: "summary" }, prose(operation.summary ?? "")),
  ];
  const block = element("details", { class: "route", id: operation.operationId }, element("summary", {}, head));
  block.addEventListener("toggle", () => {
    if (!block.open || opened.has(block.id)) return;
    const shown = showOperation(entry, document_, key);
    opened.set(block.id, shown);
    block.append(shown.element);
  });
  return block;
}

function openFromAddress() {
  const block = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!block?.classList.contains("route")) return;
  block.open = true;
  block.scrollIntoView();
  block.querySelector("summary").focus({ preventScroll: true });
}

function startFilter() {
  const filter = document.getElementById("filter");
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of document.querySelectorAll("#contents li")) {
      const fits = words.every((word) => item.dataset.words.includes(word));
      item.hidden = !fits;
      const target = item.querySelector("a").getAttribute("href").slice(1);
      document.getElementById(target).hidden = !fits;
    }
    for (const group of document.querySelectorAll("#contents .group, #operations section")) {
      group.hidden = group.querySelector("li:not([hidden]), details.route:not([hidden])") === null;
    }
  });
}
