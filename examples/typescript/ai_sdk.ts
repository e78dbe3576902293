// The AI SDK: a stream, and a tool of your own beside those of the desk.
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { jsonSchema, streamText, tool } from "ai";

const desk = createOpenAICompatible({
  name: "cryptodesk",
  apiKey: process.env.CRYPTODESK_KEY,
  baseURL: `${process.env.CRYPTODESK_URL ?? "http://127.0.0.1:8080"}/openai/v1`,
});

const getBalance = tool({
  description: "How much of each asset a wallet of ours holds.",
  parameters: jsonSchema<{ wallet: string }>({
    type: "object",
    properties: { wallet: { type: "string" } },
    required: ["wallet"],
    additionalProperties: false,
  }),
  execute: async ({ wallet }) => ({ wallet, btc: 0.42 }),
});

const result = streamText({
  model: desk("cmc-ai-v1-gpt-5.1"),
  prompt: "What is the price of Bitcoin?",
  tools: { get_balance: getBalance },
  maxSteps: 3,
});
for await (const piece of result.textStream) process.stdout.write(piece);
process.stdout.write(`\nended: ${await result.finishReason}\n`);
