// What a user of OpenAI's Node library does on /ai/openai.

import OpenAI from 'openai';

import { report, thrown, told, user } from './desk.mjs';

function clientOf(url = told.url, apiKey = told.key, options = {}) {
  return new OpenAI({ baseURL: `${url}/ai/openai`, apiKey, maxRetries: 0, timeout: 30_000, ...options });
}

const asked = {
  model: 'messari',
  messages: user(told.question),
  inline_citations: true,
  generate_related_questions: 2,
};

async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

const textOf = (chunks) => chunks.map((chunk) => chunk.choices[0].delta.content ?? '').join('');

await report(['openai'], {
  plain: async () => {
    const { data, response } = await clientOf().chat.completions.create(asked).withResponse();
    return { answer: data, requestId: response.headers.get('x-request-id') };
  },

  streamed: async () => {
    const chunks = await collect(await clientOf().chat.completions.create({ ...asked, stream: true }));
    return {
      text: textOf(chunks),
      finishes: chunks.map((chunk) => chunk.choices[0].finish_reason),
      ids: [...new Set(chunks.map((chunk) => chunk.id))],
      usage: chunks.at(-1).usage,
      metadata: chunks.at(-1).metadata,
      charts: chunks.filter((chunk) => chunk.metadata?.charts).map((chunk) => chunk.choices[0].finish_reason),
    };
  },

  helper: async () => {
    const deltas = [];
    const runner = clientOf().beta.chat.completions.stream({ ...asked, stream: true });
    runner.on('content', (delta) => deltas.push(delta));
    const final = await runner.finalChatCompletion();
    return { deltas: deltas.join(''), message: final.choices[0].message, finish: final.choices[0].finish_reason };
  },

  otherHeader: async () => {
    const client = clientOf(told.url, 'placeholder', { defaultHeaders: { 'x-messari-api-key': told.key } });
    return (await client.chat.completions.create(asked)).choices[0].message.content;
  },

  models: async () => {
    const ids = [];
    for await (const model of clientOf().models.list()) ids.push(model.id);
    return ids;
  },

  wrongKey: () => thrown(() => clientOf(told.url, 'wrong').chat.completions.create(asked)),
  noUser: () => thrown(() => clientOf().chat.completions.create({ ...asked, messages: [] })),
  jsonFormat: () =>
    thrown(() => clientOf().chat.completions.create({ ...asked, response_format: { type: 'json_object' } })),

  cut: async () => {
    const read = [];
    const error = await thrown(async () => {
      const fields = { model: 'messari', messages: user(told.cutQuestion), stream: true };
      for await (const chunk of await clientOf(told.cutUrl).chat.completions.create(fields)) {
        read.push(chunk.choices[0].delta.content ?? '');
      }
    });
    return { text: read.join(''), error };
  },

  hungUp: async () => {
    const stream = await clientOf().chat.completions.create({ ...asked, stream: true });
    for await (const chunk of stream) if (chunk.choices[0].delta.content) break;
    return (await clientOf().chat.completions.create(asked)).choices[0].message.content;
  },
});
