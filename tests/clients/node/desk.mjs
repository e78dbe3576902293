// What the scripts have in common: what they are told, and how they tell what they saw.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

// Of the desk, its keys and questions; one JSON object.
export const told = JSON.parse(process.argv[2]);

const require = createRequire(import.meta.url);

export function user(content) {
  return [{ role: 'user', content }];
}

// The installed version. Packages may keep their package.json to themselves, so it is looked for upwards.
export function version(name) {
  let folder = dirname(require.resolve(name));
  for (;;) {
    const found = read(join(folder, 'package.json'));
    if (found?.name === name) return found.version;
    if (folder === dirname(folder)) throw new Error(`no package.json of ${name}`);
    folder = dirname(folder);
  }
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

// What a call threw, as its caller can read it.
export async function thrown(call) {
  try {
    await call();
  } catch (error) {
    return {
      name: error.name,
      message: error.message,
      status: error.status ?? error.statusCode ?? null,
      requestId: error.request_id ?? error.responseHeaders?.['x-request-id'] ?? null,
      responseBody: error.responseBody ?? null,
      retryable: error.isRetryable ?? null,
    };
  }
  return null;
}

// Runs every scenario, one after the other, and prints {versions, seen: {name: {value} | {failure}}}.
export async function report(packages, scenarios) {
  const seen = {};
  for (const [name, run] of Object.entries(scenarios)) {
    try {
      seen[name] = { value: (await run()) ?? null };
    } catch (error) {
      seen[name] = { failure: error.stack ?? String(error) };
    }
  }
  const versions = Object.fromEntries(packages.map((name) => [name, version(name)]));
  process.stdout.write(JSON.stringify({ versions, seen }));
}
