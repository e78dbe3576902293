// What a filled-in form asks for, and the same as code: `{ method, url, headers: [[name, value]], body }`.

const KEY_VARIABLE = "CRYPTODESK_KEY";

/** `filled` has `path`, `query` and `header` by name, `body` as text, `scheme` and `accept`. The key goes in as `key`. */
export function buildRequest(method, path, operation, document, filled, origin) {
  const target = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(filled.path?.[name] ?? ""));
  const query = Object.entries(filled.query ?? {}).filter(([, value]) => value !== "");
  const search = query.length > 0 ? `?${new URLSearchParams(query)}` : "";
  const headers = keyHeader(document.components?.securitySchemes?.[filled.scheme], filled.key);
  headers.push(...Object.entries(filled.header ?? {}).filter(([, value]) => value !== ""));
  if (filled.accept) headers.push(["Accept", filled.accept]);
  const takesBody = operation.requestBody !== undefined;
  if (takesBody) headers.push(["Content-Type", "application/json"]);
  return { method: method.toUpperCase(), url: origin + target + search, headers, body: takesBody ? filled.body : null };
}

function keyHeader(scheme, key) {
  if (!scheme || !key) return [];
  return scheme.type === "apiKey" ? [[scheme.name, key]] : [["Authorization", `Bearer ${key}`]];
}

/** With the key taken from the environment, so that none is copied by mistake. */
export function samples(request, key) {
  return { curl: curl(request, key), Python: python(request, key), TypeScript: typescript(request, key) };
}

function curl({ method, url, headers, body }, key) {
  const lines = [`curl -sN ${method === "GET" || (method === "POST" && body !== null) ? "" : `-X ${method} `}${shellQuoted(url)}`];
  for (const [name, value] of headers) {
    const isKey = key && value.includes(key);
    lines.push(isKey ? `-H "${name}: ${value.replace(key, `$${KEY_VARIABLE}`)}"` : `-H ${shellQuoted(`${name}: ${value}`)}`);
  }
  if (body !== null) lines.push(`--data-raw ${shellQuoted(compact(body))}`);
  return lines.join(" \\\n  ");
}

function shellQuoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function python({ method, url, headers, body }, key) {
  const lines = headers.map(([name, value]) => `    ${JSON.stringify(name)}: ${pythonValue(value, key)},`);
  const payload = body === null ? [] : [`body = ${pythonText(compact(body))}`];
  const data = body === null ? "" : ", data=body.encode()";
  return [
    "import os",
    "import urllib.request",
    "",
    `headers = {`,
    ...lines,
    "}",
    ...payload,
    `request = urllib.request.Request(${pythonText(url)}, method=${pythonText(method)}, headers=headers${data})`,
    "with urllib.request.urlopen(request) as answer:",
    "    for line in answer:",
    '        print(line.decode(), end="", flush=True)',
  ].join("\n");
}

function pythonValue(value, key) {
  if (!key || !value.includes(key)) return pythonText(value);
  const before = value.slice(0, value.indexOf(key));
  const variable = `os.environ["${KEY_VARIABLE}"]`;
  return before ? `${pythonText(before)} + ${variable}` : variable;
}

// A text of JSON is one of Python too, but for halves of characters, which no valid body has.
const pythonText = (text) => JSON.stringify(text);

function typescript({ method, url, headers, body }, key) {
  const lines = headers.map(([name, value]) => {
    const shown = key && value.includes(key) ? `\`${value.replace(key, `\${process.env.${KEY_VARIABLE}}`)}\`` : JSON.stringify(value);
    return `    ${JSON.stringify(name)}: ${shown},`;
  });
  return [
    `const answer = await fetch(${JSON.stringify(url)}, {`,
    `  method: ${JSON.stringify(method)},`,
    "  headers: {",
    ...lines,
    "  },",
    ...(body === null ? [] : [`  body: JSON.stringify(${compact(body)}),`]),
    "});",
    "const decoder = new TextDecoder();",
    "for await (const piece of answer.body!) process.stdout.write(decoder.decode(piece, { stream: true }));",
  ].join("\n");
}

/** A body on one line, if it is JSON; otherwise as it was written. */
function compact(body) {
  try {
    return JSON.stringify(JSON.parse(body));
  } catch {
    return body;
  }
}
