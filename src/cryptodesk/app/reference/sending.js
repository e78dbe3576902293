// Sends a request and tells of its answer as it comes.

const SHOWN_CHARACTERS = 400_000;

/** Calls `show({ status, milliseconds, firstByte, headers, text, isCut, isOver })` at the first byte, then at most once
 * a frame, and at the end. Throws what `fetch` throws; a stopped request is an AbortError. */
export async function send(request, signal, show) {
  const began = performance.now();
  const { method, url, headers, body } = request;
  const answer = await fetch(url, { method, headers, body: body ?? undefined, signal, credentials: "omit", cache: "no-store" });
  const told = { status: answer.status, headers: [...answer.headers], text: "", isCut: false, isOver: false, firstByte: null };
  const decoder = new TextDecoder();
  const reader = answer.body?.getReader();
  let isShowing = false;
  const tell = () => show({ ...told, milliseconds: performance.now() - began });
  const tellSoon = () => {
    if (isShowing) return;
    isShowing = true;
    requestAnimationFrame(() => {
      isShowing = false;
      if (!told.isOver) tell();
    });
  };
  tell();
  for (;;) {
    const { done, value } = reader ? await reader.read() : { done: true };
    if (done) break;
    told.firstByte ??= performance.now() - began;
    if (told.text.length < SHOWN_CHARACTERS) told.text += decoder.decode(value, { stream: true });
    else told.isCut = true;
    tellSoon();
  }
  told.isOver = true;
  tell();
}

/** JSON is shown with line breaks; everything else as it came. */
export function readable(text, contentType) {
  if (!/^application\/(\w+\+)?json/.test(contentType)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
