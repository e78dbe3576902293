// What `useChat` of the AI SDK, version 4, does: its `callChatApi` on the two routes that speak the data stream.

import { callChatApi } from '@ai-sdk/ui-utils';

import { report, thrown, told, user } from './desk.mjs';

const VERCEL = '/ai/vercel/chat/completions';
const OPENAI = '/ai/openai/chat/completions';

let made = 0;

async function chat(path, body, { url = told.url, key = told.key } = {}) {
  const seen = { updates: 0, contentType: null, protocol: null, finish: null, restored: false };
  await callChatApi({
    api: `${url}${path}`,
    body: { messages: user(told.question), inline_citations: true, ...body },
    headers: { 'x-messari-api-key': key },
    restoreMessagesOnFailure: () => {
      seen.restored = true;
    },
    onResponse: (response) => {
      seen.contentType = response.headers.get('content-type');
      seen.protocol = response.headers.get('x-vercel-ai-data-stream');
    },
    onUpdate: ({ message, data }) => {
      seen.updates += 1;
      seen.message = message;
      seen.data = data;
    },
    onFinish: (message, { usage, finishReason }) => {
      seen.finish = { content: message.content, usage, finishReason };
    },
    generateId: () => `message-${(made += 1)}`,
    lastMessage: undefined,
  });
  return seen;
}

await report(['@ai-sdk/ui-utils'], {
  vercel: () => chat(VERCEL, { generate_related_questions: 2 }),
  openai: () => chat(OPENAI, { stream: true, stream_format: 'vercel', generate_related_questions: 2 }),
  wrongKey: () => thrown(() => chat(VERCEL, {}, { key: 'wrong' })),
  noMessages: () => thrown(() => chat(VERCEL, { messages: [] })),
  cut: () => thrown(() => chat(VERCEL, { messages: user(told.cutQuestion) }, { url: told.cutUrl })),
});
