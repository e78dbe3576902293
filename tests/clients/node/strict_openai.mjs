// What a user of OpenAI's Node library does on /openai/v1.

import OpenAI from 'openai';

import { report, thrown, told, user } from './desk.mjs';

const clientOf = (apiKey = told.key) =>
  new OpenAI({ baseURL: `${told.url}/openai/v1`, apiKey, maxRetries: 0, timeout: 30_000 });

const asked = { model: 'cryptodesk-analyst', messages: user(told.question) };

await report(['openai'], {
  plain: async () => {
    const { data, response } = await clientOf().chat.completions.create(asked).withResponse();
    return { answer: data, requestId: response.headers.get('x-request-id') };
  },

  streamed: async () => {
    const chunks = [];
    const fields = { ...asked, stream: true, stream_options: { include_usage: true } };
    for await (const chunk of await clientOf().chat.completions.create(fields)) chunks.push(chunk);
    return {
      text: chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join(''),
      usage: chunks.at(-1).usage,
      extras: chunks.map((chunk) => Object.keys(chunk.cryptodesk ?? {})).filter((names) => names.length),
    };
  },

  helper: async () => {
    const runner = clientOf().beta.chat.completions.stream({ ...asked, cryptodesk: { research: true } });
    const final = await runner.finalChatCompletion();
    return { text: final.choices[0].message.content, notes: final.choices[0].message.annotations };
  },

  responses: async () => {
    const response = await clientOf().responses.create({ model: asked.model, input: told.question });
    return { text: response.output_text, status: response.status };
  },

  models: async () => {
    const ids = [];
    for await (const model of clientOf().models.list()) ids.push(model.id);
    return ids;
  },

  wrongKey: () => thrown(() => clientOf('wrong').chat.completions.create(asked)),
  wrongField: () => thrown(() => clientOf().chat.completions.create({ ...asked, temperature: 9 })),
});
