// Any JSON value to look through. What is closed is not built, so a large result costs nothing until it is opened.
import { useState } from "react";
import { asTable, entriesOf, isPlainList, MOST_ROWS, type RecordTable, sizeWords } from "./trace";

const MOST_ENTRIES = 60;
const MOST_TEXT = 600;
const OPEN_DEPTH = 2;

export function ValueTree({ value, depth = 0 }: { value: unknown; depth?: number }) {
  const table = asTable(value);
  if (table) return <RecordRows table={table} />;
  const entries = entriesOf(value);
  if (!entries.length || isPlainList(value)) return <Plain value={value} />;
  return (
    <ul className="tree">
      {entries.slice(0, MOST_ENTRIES).map(([name, each]) => (
        <Branch key={name} name={name} value={each} depth={depth} />
      ))}
      {entries.length > MOST_ENTRIES && <li className="quiet">and {entries.length - MOST_ENTRIES} more; the copied JSON has them all</li>}
    </ul>
  );
}

function Branch({ name, value, depth }: { name: string; value: unknown; depth: number }) {
  const isNested = entriesOf(value).length > 0 && !isPlainList(value);
  const [isOpen, setOpen] = useState(depth < OPEN_DEPTH);
  if (!isNested) {
    return (
      <li>
        <span className="tree-name">{name}</span> <Plain value={value} />
      </li>
    );
  }
  return (
    <li>
      <button type="button" className="tree-toggle" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span className="tree-name">{name}</span> <span className="quiet">{sizeWords(value)}</span>
      </button>
      {isOpen && <ValueTree value={value} depth={depth + 1} />}
    </li>
  );
}

function RecordRows({ table }: { table: RecordTable }) {
  return (
    <div className="table-frame" role="region" aria-label="Records" tabIndex={0}>
      <table className="record-table">
        <thead>
          <tr>
            {table.columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, place) => (
                <td key={place} className={typeof cell === "number" ? "num" : undefined}>
                  <Plain value={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {table.total > MOST_ROWS && <p className="quiet">The first {MOST_ROWS} of {table.total.toLocaleString("en-US")} rows; the copied JSON has them all.</p>}
    </div>
  );
}

function Plain({ value }: { value: unknown }) {
  if (value === null || value === undefined) return <span className="quiet">null</span>;
  if (typeof value === "number") return <span className="num">{value}</span>;
  if (typeof value === "boolean") return <span className="mono">{String(value)}</span>;
  const text = isPlainList(value) && value.length ? value.join(", ") : typeof value === "string" ? value : JSON.stringify(value);
  return <span className="tree-text">{text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}… (cut)` : text}</span>;
}
