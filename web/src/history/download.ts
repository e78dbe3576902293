// Hands a file to the person who asked for it.

export function download(name: string, content: Blob | string, type: string): void {
  const url = URL.createObjectURL(typeof content === "string" ? new Blob([content], { type }) : content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the address by then; without this the content stays in memory.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export function fileName(title: string, suffix: string): string {
  const stem = title.normalize("NFKD").replace(/[^\w]+/g, "-").replace(/^-+|-+$/g, "").toLowerCase().slice(0, 60);
  return `${stem || "chat"}.${suffix}`;
}
