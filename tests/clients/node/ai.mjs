// What a user of the AI SDK, version 4, does on /ai/openai.

import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, streamText } from 'ai';

import { report, thrown, told } from './desk.mjs';

function modelOf(url = told.url, apiKey = told.key) {
  return createOpenAICompatible({ name: 'messari', baseURL: `${url}/ai/openai`, apiKey })('messari-ai');
}

// Fields of the dialect go through under the name that the provider was given.
const asked = {
  prompt: told.question,
  maxRetries: 0,
  providerOptions: { messari: { inline_citations: true, generate_related_questions: 1 } },
};

async function partsOf(result) {
  const parts = [];
  for await (const part of result.fullStream) parts.push(part);
  return parts;
}

await report(['ai', '@ai-sdk/openai-compatible'], {
  plain: async () => {
    const result = await generateText({ model: modelOf(), ...asked });
    return {
      text: result.text,
      finish: result.finishReason,
      usage: result.usage,
      model: result.response.modelId,
      metadata: result.response.body.metadata,
    };
  },

  streamed: async () => {
    const result = streamText({ model: modelOf(), ...asked });
    let text = '';
    for await (const delta of result.textStream) text += delta;
    return { text, finish: await result.finishReason, usage: await result.usage };
  },

  system: async () => {
    const fields = { messages: [{ role: 'user', content: told.question }], prompt: undefined };
    return (await generateText({ model: modelOf(), ...asked, ...fields, system: 'Be brief.' })).text;
  },

  wrongKey: () => thrown(() => generateText({ model: modelOf(told.url, 'wrong'), ...asked })),

  cut: async () => {
    const parts = await partsOf(
      streamText({ model: modelOf(told.cutUrl), prompt: told.cutQuestion, maxRetries: 0, onError: () => {} }),
    );
    return {
      text: parts.map((part) => (part.type === 'text-delta' ? part.textDelta : '')).join(''),
      errors: parts.filter((part) => part.type === 'error').map((part) => String(part.error?.message ?? part.error)),
      finish: parts.find((part) => part.type === 'finish')?.finishReason ?? null,
    };
  },
});
