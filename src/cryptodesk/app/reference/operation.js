// One route: what it takes, what it answers, and a form that sends it.

import { copyButton, element, prose } from "./dom.js";
import { buildRequest, samples } from "./request.js";
import { members, resolve, told } from "./schema.js";
import { readable, send } from "./sending.js";

/** `entry` is `{ method, path, operation }`; `key()` is the key as it is now. Returns the parts and what to call when
 * the key has changed. */
export function showOperation(entry, document_, key) {
  const form = buildForm(entry, document_, key);
  const parts = element("div", { class: "operation-parts" }, buildShape(entry.operation, document_), form.element);
  return { element: parts, refresh: form.refresh };
}

function buildShape(operation, document_) {
  const parts = [];
  if (operation.description) parts.push(element("p", {}, prose(operation.description)));
  const keys = [...new Set((operation.security ?? []).flatMap((way) => Object.keys(way)))];
  const named = keys.map((name) => schemeName(document_.components.securitySchemes[name]));
  parts.push(element("p", { class: "note" }, named.length > 0 ? `Key: ${[...new Set(named)].join(" or ")}` : "No key is needed."));
  const parameters = (operation.parameters ?? []).map((one) => resolve(one, document_));
  if (parameters.length > 0) parts.push(element("h3", {}, "Parameters"), parameterList(parameters, document_));
  const body = operation.requestBody?.content?.["application/json"]?.schema;
  if (body) parts.push(element("h3", {}, "Body"), memberList(members(body, document_)));
  parts.push(element("h3", {}, "Answers"), ...Object.entries(operation.responses).map((one) => answerShape(one, document_)));
  return element("div", { class: "shape" }, parts);
}

function schemeName(scheme) {
  return scheme?.type === "apiKey" ? scheme.name : "Authorization: Bearer";
}

function parameterList(parameters, document_) {
  const rows = parameters.map((one) => ({
    ...told(one.schema ?? {}, document_),
    name: one.name,
    text: `${one.in}. ${one.description ?? ""}`.trim(),
    isRequired: one.required === true,
    children: [],
  }));
  return memberList(rows);
}

function memberList(rows) {
  if (rows.length === 0) return element("p", { class: "note" }, "Anything.");
  return element("ul", { class: "members" }, rows.map(memberRow));
}

function memberRow(row) {
  const line = [
    element("code", { class: "member-name" }, row.name),
    element("span", { class: "member-type" }, row.type.length > 160 ? `${row.type.slice(0, 160)}…` : row.type),
    row.isRequired ? element("span", { class: "member-required" }, "required") : null,
    row.rules.length > 0 ? element("span", { class: "note" }, row.rules.join(", ")) : null,
  ];
  const text = row.text ? element("p", { class: "member-text" }, prose(row.text)) : null;
  if (row.children.length === 0) return element("li", {}, element("div", { class: "member-line" }, line), text);
  const inner = element("details", {}, element("summary", { class: "member-line" }, line));
  // Deep shapes are many elements: built when they are looked at.
  inner.addEventListener("toggle", () => inner.childElementCount > 1 || inner.append(...(text ? [text] : []), memberList(row.children)));
  return element("li", {}, inner);
}

function answerShape([status, response], document_) {
  const real = resolve(response, document_);
  const summary = [element("code", { class: `status status-${status[0]}` }, status), " ", ...prose(real.description ?? "")];
  const content = Object.entries(real.content ?? {});
  if (content.length === 0) return element("p", { class: "answer" }, summary);
  const block = element("details", { class: "answer" }, element("summary", {}, summary));
  block.addEventListener("toggle", () => {
    if (block.childElementCount > 1) return;
    for (const [type, { schema = {} }] of content) {
      const line = told(schema, document_);
      block.append(element("p", { class: "note" }, type, line.text ? ": " : "", ...prose(line.text)));
      const rows = members(schema, document_);
      if (rows.length > 0) block.append(memberList(rows));
    }
  });
  return block;
}

function buildForm({ method, path, operation }, document_, key) {
  const fields = { path: {}, query: {}, header: {} };
  const id = operation.operationId;
  const rows = (operation.parameters ?? []).map((one) => resolve(one, document_)).map((one) => {
    const control = parameterControl(one, `${id}-${one.name}`, document_);
    fields[one.in] && (fields[one.in][one.name] = control);
    return element("div", { class: "field" }, element("label", { for: control.id }, one.name), control);
  });
  const body = operation.requestBody ? bodyControl(operation, id) : null;
  const schemes = [...new Set((operation.security ?? []).flatMap((way) => Object.keys(way)))];
  const scheme = choice(`${id}-scheme`, schemes.map((name) => [name, schemeName(document_.components.securitySchemes[name])]));
  const accepts = operation["x-accept-decides"] ? Object.keys(operation.responses["200"].content) : [];
  const accept = choice(`${id}-accept`, accepts.map((type, index) => [accepts.slice(0, index + 1).join(", "), type]));
  const current = () => {
    const values = (group) => Object.fromEntries(Object.entries(group).map(([name, control]) => [name, control.value.trim()]));
    const filled = { path: values(fields.path), query: values(fields.query), header: values(fields.header) };
    Object.assign(filled, { body: body?.text.value ?? null, scheme: scheme?.value, accept: accept?.value, key: key() });
    return buildRequest(method, path, operation, document_, filled, location.origin);
  };
  const code = codeView(current, key, id);
  const result = resultView(current);
  const form = element(
    "form",
    { class: "try", "aria-label": `Try ${method.toUpperCase()} ${path}`, novalidate: true },
    element("h3", {}, "Try it"),
    rows,
    schemes.length > 1 ? element("div", { class: "field" }, element("label", { for: scheme.id }, "Key as"), scheme) : null,
    accept ? element("div", { class: "field" }, element("label", { for: accept.id }, "Answer as"), accept) : null,
    body?.element,
    element("div", { class: "buttons" }, result.buttons),
    result.element,
    code.element,
  );
  form.addEventListener("input", code.refresh);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void result.run();
  });
  code.refresh();
  return { element: form, refresh: code.refresh };
}

function parameterControl(parameter, id, document_) {
  const schema = resolve(parameter.schema ?? {}, document_);
  if (schema.enum) return choice(id, [["", "(left out)"], ...schema.enum.map((value) => [String(value), String(value)])]);
  const value = parameter.example ?? "";
  return element("input", { id, type: "text", value: String(value), spellcheck: "false", required: parameter.required === true });
}

function choice(id, options) {
  if (options.length === 0) return null;
  return element("select", { id }, options.map(([value, shown]) => element("option", { value }, shown)));
}

function bodyControl(operation, id) {
  const examples = Object.entries(operation.requestBody.content["application/json"]?.examples ?? {});
  const text = element("textarea", { id: `${id}-body`, spellcheck: "false", rows: 10 });
  const fill = (name) => {
    text.value = JSON.stringify(Object.fromEntries(examples)[name]?.value ?? {}, null, 2);
    text.rows = Math.min(24, text.value.split("\n").length + 1);
  };
  const picker = choice(`${id}-example`, examples.map(([name, example]) => [name, example.summary]));
  picker?.addEventListener("change", () => fill(picker.value));
  fill(examples[0]?.[0]);
  const label = element("div", { class: "body-head" }, element("label", { for: text.id }, "Body"));
  if (picker) label.append(element("label", { class: "hidden-label", for: picker.id }, "Example"), picker);
  return { text, element: element("div", {}, label, text) };
}

function codeView(current, key, id) {
  const code = element("code", {});
  const copy = copyButton(() => code.textContent);
  let shown = "curl";
  const refresh = () => (code.textContent = samples(current(), key())[shown]);
  const names = ["curl", "Python", "TypeScript"];
  const buttons = names.map((name) => element("button", { type: "button", class: "quiet", "aria-pressed": String(name === shown) }, name));
  buttons.forEach((button) =>
    button.addEventListener("click", () => {
      shown = button.textContent;
      buttons.forEach((each) => each.setAttribute("aria-pressed", String(each === button)));
      refresh();
    }),
  );
  const head = element("div", { class: "code-head", role: "group", "aria-label": "As code" }, buttons, copy);
  const block = element("pre", { class: "code", tabindex: "0", "aria-label": "The request as code", id: `${id}-code` }, code);
  return { element: element("div", {}, head, block), refresh };
}

function resultView(current) {
  const sendButton = element("button", { type: "submit", class: "primary" }, "Send");
  const stopButton = element("button", { type: "button", disabled: true }, "Stop");
  const line = element("p", { class: "result-line", role: "status" });
  const output = element("pre", { class: "result", tabindex: "0", "aria-label": "The answer", hidden: true });
  const headers = element("details", { hidden: true }, element("summary", {}, "Headers of the answer"));
  let running = null;
  stopButton.addEventListener("click", () => running?.abort());
  const show = (told) => {
    const type = told.headers.find(([name]) => name === "content-type")?.[1] ?? "";
    const first = told.firstByte === null ? "" : `, first byte after ${Math.round(told.firstByte)} ms`;
    const end = told.isOver ? `${Math.round(told.milliseconds)} ms` : "being answered";
    line.textContent = `${told.status} · ${type.split(";")[0]} · ${end}${first}${told.isCut ? " · cut: too long to show" : ""}`;
    line.dataset.kind = told.status < 400 ? "good" : "bad";
    output.hidden = headers.hidden = false;
    output.textContent = told.isOver ? readable(told.text, type) : told.text;
    headers.replaceChildren(headers.firstElementChild, element("pre", {}, told.headers.map((pair) => pair.join(": ")).join("\n")));
  };
  const run = async () => {
    running?.abort();
    const mine = (running = new AbortController());
    stopButton.disabled = false;
    output.hidden = headers.hidden = true;
    delete line.dataset.kind;
    line.textContent = "Sent …";
    try {
      await send(current(), mine.signal, show);
    } catch (error) {
      line.textContent = mine.signal.aborted ? "Stopped." : `No answer: ${error.message}`;
      line.dataset.kind = mine.signal.aborted ? "" : "bad";
    }
    if (running === mine) stopButton.disabled = true;
  };
  return { element: element("div", {}, line, output, headers), buttons: [sendButton, stopButton], run };
}
