// What a conversation is called until somebody renames it: its first question, cut at a word.

const LONGEST = 60;
export const UNTITLED = "New chat";

export function titleOf(question: string): string {
  const text = question.replace(/\s+/g, " ").trim();
  if (text.length <= LONGEST) return text || UNTITLED;
  const cut = text.slice(0, LONGEST);
  const space = cut.lastIndexOf(" ");
  return `${space > LONGEST / 2 ? cut.slice(0, space) : cut}…`;
}
