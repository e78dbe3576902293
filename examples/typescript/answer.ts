// A stream with the `openai` package, then a researched answer with its sources.
import OpenAI from "openai";

const desk = new OpenAI({
  apiKey: process.env.CRYPTODESK_KEY,
  baseURL: `${process.env.CRYPTODESK_URL ?? "http://127.0.0.1:8080"}/openai/v1`,
});

const stream = await desk.chat.completions.create({
  model: "cmc-ai-v1-gpt-5.1",
  messages: [{ role: "user", content: "Compare SOL and ETH over 90 days" }],
  stream: true,
});
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
process.stdout.write("\n\n");

// What travels beside OpenAI's own fields has no types of theirs.
type Researched = OpenAI.ChatCompletion & { cryptodesk: { citations: { citation_id: number; title: string }[] } };
const question = { model: "cmc-ai-v1-gpt-5.1", cryptodesk: { research: true } };
const answer = (await desk.chat.completions.create({
  ...question,
  messages: [{ role: "user", content: "How did Bitcoin do in August 2026?" }],
})) as Researched;
console.log(answer.choices[0]?.message.content);
for (const source of answer.cryptodesk.citations) console.log(`[${source.citation_id}] ${source.title}`);
