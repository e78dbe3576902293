// Recorded answers for tests: frames of a real server with simulated data.
import { mergeExtra } from "../api/merge";
import { EventParser } from "../api/sse";
import type { AnswerExtra, ChatChunk } from "../api/types";

export function readRecorded(events: string): { text: string; extra: AnswerExtra } {
  let text = "";
  let extra: AnswerExtra = {};
  for (const data of new EventParser().push(events)) {
    if (data === "[DONE]") continue;
    const chunk = JSON.parse(data) as ChatChunk;
    text += chunk.choices?.[0]?.delta?.content ?? "";
    extra = mergeExtra(extra, chunk.cryptodesk);
  }
  return { text, extra };
}
