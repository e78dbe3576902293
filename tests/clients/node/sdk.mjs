// What a user of Messari's own SDK does.

import sdk from '@messari/sdk';

import { report, thrown, told, user } from './desk.mjs';

function clientOf(baseUrl = told.url, apiKey = told.key, options = {}) {
  return new sdk.MessariClient({ apiKey, baseUrl, disableLogging: true, timeoutMs: 30_000, ...options });
}

const asked = { messages: user(told.question), inline_citations: true };

async function stream(client, fields) {
  const chunks = [];
  for await (const chunk of await client.ai.createChatCompletionStream(fields)) chunks.push(chunk);
  return chunks;
}

const textOf = (chunks) => chunks.map((chunk) => chunk.choices[0]?.delta?.content ?? '').join('');

await report(['@messari/sdk'], {
  plain: () => clientOf().ai.createChatCompletion(asked),

  streamed: async () => {
    const chunks = await stream(clientOf(), asked);
    return {
      text: textOf(chunks),
      roles: chunks.map((chunk) => chunk.choices[0]?.delta?.role ?? null),
      finishes: chunks.map((chunk) => chunk.choices[0]?.finish_reason ?? null),
      objects: chunks.map((chunk) => (typeof chunk === 'object' ? (chunk.object ?? null) : chunk)),
      metadata: chunks.map((chunk) => chunk.metadata ?? null),
    };
  },

  verbosities: async () => {
    const found = {};
    for (const verbosity of ['succinct', 'balanced', 'verbose']) {
      const answer = await clientOf().ai.createChatCompletion({ messages: user(told.longQuestion), verbosity });
      found[verbosity] = answer.choices[0].message.content;
    }
    return found;
  },

  plaintext: async () => {
    const answer = await clientOf().ai.createChatCompletion({ ...asked, response_format: 'plaintext' });
    return answer.choices[0].message.content;
  },

  conversation: async () => {
    const first = await clientOf().ai.createChatCompletion(asked);
    const messages = [
      ...asked.messages,
      { role: 'assistant', content: first.choices[0].message.content },
      ...user(told.followUp),
    ];
    return (await clientOf().ai.createChatCompletion({ messages })).choices[0].message.content;
  },

  wrongKey: () => thrown(() => clientOf(told.url, 'wrong').ai.createChatCompletion(asked)),
  wrongKeyStreamed: () => thrown(() => clientOf(told.url, 'wrong').ai.createChatCompletionStream(asked)),
  noMessages: () => thrown(() => clientOf().ai.createChatCompletion({ messages: [] })),
  unknownVerbosity: () => thrown(() => clientOf().ai.createChatCompletion({ ...asked, verbosity: 'chatty' })),
  unknownRoute: () => thrown(() => clientOf(`${told.url}/ai`).ai.createChatCompletion(asked)),

  cut: async () => {
    const chunks = await stream(clientOf(told.cutUrl), { messages: user(told.cutQuestion) });
    return { text: textOf(chunks), errors: chunks.map((chunk) => chunk.error ?? null) };
  },

  extraction: () =>
    clientOf().ai.extractEntities({ content: told.text, entityTypes: ['person', 'project', 'exchange'] }),
  extractionWrongKey: () => thrown(() => clientOf(told.url, 'wrong').ai.extractEntities({ content: told.text })),
  extractionOfNothing: () => thrown(() => clientOf().ai.extractEntities({ content: '' })),

  credits: () => clientOf().userManagement.getTeamAllowance(),
});
