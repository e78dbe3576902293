// The colours of a chart, read from the style sheet so that charts follow the theme.

export interface Palette {
  text: string;
  grid: string;
  background: string;
  up: string;
  down: string;
  volume: string;
  lines: string[];
  font: string;
}

const LINES = 6;

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const named = (name: string, otherwise: string) => style.getPropertyValue(name).trim() || otherwise;
  return {
    text: named("--chart-text", "#667085"),
    grid: named("--chart-grid", "#e4e7ec"),
    background: named("--chart-background", "#ffffff"),
    up: named("--chart-up", "#1f8a5b"),
    down: named("--chart-down", "#c4453a"),
    volume: named("--chart-volume", "#98a2b3"),
    lines: Array.from({ length: LINES }, (_, index) => named(`--chart-line-${index + 1}`, "#2f5fd0")),
    font: style.fontFamily || "sans-serif",
  };
}

/** Calls back when the theme changes, by the page's own switch or by the system's. */
export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "class"] });
  const system = window.matchMedia?.("(prefers-color-scheme: dark)");
  system?.addEventListener("change", changed);
  return () => {
    observer.disconnect();
    system?.removeEventListener("change", changed);
  };
}
