// Colours for the canvas.

/** The style sheet's colours are six hexadecimal digits. */
export function faded(colour: string, opacity: number): string {
  const part = Math.round(opacity * 255).toString(16).padStart(2, "0");
  return /^#[0-9a-f]{6}$/i.test(colour) ? colour + part : colour;
}
