// What a JSON Schema says, as a tree that can be shown: `{ name, type, isRequired, text, rules, children }`.

const DEEPEST = 8;

export function resolve(schema, root) {
  let found = schema;
  for (let steps = 0; found?.$ref && steps < 10; steps += 1) {
    const path = found.$ref.replace(/^#\//, "").split("/");
    found = path.reduce((node, key) => node?.[key.replaceAll("~1", "/").replaceAll("~0", "~")], root);
  }
  return found ?? {};
}

/** The members of a schema; of alternatives those of each, under a name of their own. */
export function members(schema, root, depth = 0, above = []) {
  const { $ref } = schema;
  const real = resolve(schema, root);
  if (depth >= DEEPEST || ($ref && above.includes($ref))) return [];
  const trail = $ref ? [...above, $ref] : above;
  const down = (child) => members(child, root, depth + 1, trail);
  const inner = Object.entries(real.properties ?? {}).map(([name, child]) => ({
    ...told(child, root),
    name,
    isRequired: (real.required ?? []).includes(name),
    children: down(child),
  }));
  if (real.items) inner.push(...down(real.items));
  const ways = alternatives(real).filter((way) => way.type !== "null");
  if (ways.length === 1) inner.push(...down(ways[0]));
  else
    for (const way of ways) {
      const children = down(way);
      if (children.length > 0) inner.push({ ...told(way, root), name: `as ${typeName(way, root)}`, isRequired: false, children });
    }
  return inner;
}

/** One line for a schema: its type in words, its rules, its description. */
export function told(schema, root) {
  const real = resolve(schema, root);
  return { type: typeName(schema, root), rules: rules(real), text: schema.description ?? real.description ?? "" };
}

export function typeName(schema, root, depth = 0) {
  const real = resolve(schema, root);
  if (depth > 3) return "…";
  if ("const" in real) return JSON.stringify(real.const);
  if (real.enum) return real.enum.map((value) => JSON.stringify(value)).join(" | ");
  const ways = alternatives(real);
  if (ways.length > 0) return [...new Set(ways.map((way) => typeName(way, root, depth + 1)))].join(" | ");
  const types = [real.type ?? (real.properties ? "object" : "anything")].flat();
  return types.map((type) => (type === "array" ? `array of ${typeName(real.items ?? {}, root, depth + 1)}` : type)).join(" | ");
}

function alternatives(schema) {
  return [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].filter((way) => Object.keys(way).join() !== "required");
}

function rules(schema) {
  const said = [];
  const add = (key, words) => (schema[key] ?? null) !== null && said.push(`${words} ${JSON.stringify(schema[key])}`);
  add("default", "default");
  add("minimum", "from");
  add("maximum", "to");
  add("minLength", "characters from");
  add("maxLength", "characters to");
  add("minItems", "items from");
  add("maxItems", "items to");
  if (schema.pattern) said.push(`pattern ${schema.pattern}`);
  if (schema.format) said.push(schema.format);
  return said;
}
