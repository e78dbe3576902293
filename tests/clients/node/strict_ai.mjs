// What a user of the AI SDK, version 4, does on /openai/v1.

import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, jsonSchema, streamText, tool } from 'ai';

import { report, thrown, told } from './desk.mjs';

const modelOf = (name, apiKey = told.key) =>
  createOpenAICompatible({ name: 'desk', baseURL: `${told.url}/openai/v1`, apiKey })(name);

const analyst = 'cryptodesk-analyst';
const asked = { prompt: told.question, maxRetries: 0 };

await report(['ai', '@ai-sdk/openai-compatible'], {
  plain: async () => {
    const result = await generateText({ model: modelOf(analyst), ...asked });
    return { text: result.text, finish: result.finishReason, usage: result.usage };
  },

  streamed: async () => {
    const providerOptions = { desk: { cryptodesk: { include: ['progress', 'verification'] } } };
    const result = streamText({ model: modelOf(analyst), ...asked, providerOptions });
    let text = '';
    for await (const delta of result.textStream) text += delta;
    return { text, finish: await result.finishReason };
  },

  loop: async () => {
    const wallets = [];
    const parameters = jsonSchema({ type: 'object', properties: { wallet: { type: 'string' } }, required: ['wallet'] });
    const get_balance = tool({
      description: 'The balance of a wallet.',
      parameters,
      execute: async ({ wallet }) => {
        wallets.push(wallet);
        return { btc: 0.42 };
      },
    });
    const model = modelOf('scripted-tool_call');
    // The script calls the first tool on offer: with the built-ins, that would be one of them.
    const providerOptions = { desk: { cryptodesk: { tools: [] } } };
    const fields = { prompt: '{"wallet": "main"}', tools: { get_balance }, maxSteps: 3, maxRetries: 0, providerOptions };
    const whole = await generateText({ model, ...fields });
    const streamed = streamText({ model, ...fields });
    let text = '';
    for await (const delta of streamed.textStream) text += delta;
    return { wallets, text: whole.text, streamed: text };
  },

  wrongKey: () => thrown(() => generateText({ model: modelOf(analyst, 'wrong'), ...asked })),
});
