// What a figure of an answer rests on: the cell, its tool, asset, field, value, time and source.
import type { Cell, CheckedFigure, Provenance } from "../api/types";
import { formatMoment, formatValue, toolWords } from "./format";
import { VERDICT_WORDS } from "./marks";

interface Props {
  figure: CheckedFigure;
  provenance: readonly Provenance[];
  onOpenCall: (callId: string) => void;
}

const MOST_CELLS = 4;

export function FigureCard({ figure, provenance, onOpenCall }: Props) {
  const cells = figure.cells ?? [];
  return (
    <>
      <p className="card-head">
        <span className={`verdict verdict-${figure.verdict}`}>{VERDICT_WORDS[figure.verdict]}</span>
        <strong className="card-figure">{figure.text}</strong>
      </p>
      {figure.reason && <p className="card-note">{figure.reason}</p>}
      {figure.expected && <p className="card-note">The data say {figure.expected}.</p>}
      {figure.was && <p className="card-note">The answer first said {figure.was}.</p>}
      {cells.slice(0, MOST_CELLS).map((cell) => (
        <CellFacts key={`${cell.call_id}${cell.path}`} cell={cell} call={provenance.find((call) => call.call_id === cell.call_id)} onOpenCall={onOpenCall} />
      ))}
      {cells.length > MOST_CELLS && <p className="card-note">and {cells.length - MOST_CELLS} more cells</p>}
    </>
  );
}

function CellFacts({ cell, call, onOpenCall }: { cell: Cell; call: Provenance | undefined; onOpenCall: (callId: string) => void }) {
  const subject = [cell.asset, cell.field].filter(Boolean).join(", ");
  const source = [call?.source?.slice(0, 3).join(", "), call?.mode?.join(", ")].filter(Boolean).join(" · ");
  return (
    <dl className="card-cell">
      {subject && <Fact name="Cell" value={subject} />}
      {cell.value !== undefined && <Fact name="Value" value={formatValue(cell.value, cell.unit)} isFigure />}
      <Fact name="As of" value={formatMoment(cell.as_of ?? call?.as_of)} />
      <Fact name="Source" value={source || "not told"} />
      <dt>Tool</dt>
      <dd>
        {call ? (
          <button type="button" className="link-button" onClick={() => onOpenCall(cell.call_id)}>
            {toolWords(cell.tool)}
          </button>
        ) : (
          toolWords(cell.tool)
        )}
      </dd>
      <dt>Path</dt>
      <dd className="mono">{cell.path}</dd>
    </dl>
  );
}

function Fact({ name, value, isFigure = false }: { name: string; value: string; isFigure?: boolean }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className={isFigure ? "num" : undefined}>{value}</dd>
    </>
  );
}
