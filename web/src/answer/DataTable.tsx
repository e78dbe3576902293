// A table that scrolls in its own frame, keeps its head in view, and can be copied as CSV.
import { type TableHTMLAttributes, useRef, useState } from "react";
import { copyText } from "../ui/CopyButton";
import { toCsv } from "./csv";
import { readTable } from "./tables";

export function DataTable(props: TableHTMLAttributes<HTMLTableElement>) {
  const table = useRef<HTMLTableElement>(null);
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    if (!table.current) return;
    await copyText(toCsv(readTable(table.current)));
    setCopied(true);
  };
  return (
    <div className="data-table">
      <div className="table-frame" role="region" aria-label="Table" tabIndex={0}>
        <table ref={table} {...props} />
      </div>
      <button type="button" className="table-copy" onClick={() => void copy()} onBlur={() => setCopied(false)}>
        {isCopied ? "Copied" : "Copy CSV"}
      </button>
    </div>
  );
}
