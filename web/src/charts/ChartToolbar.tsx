// What can be done with a chart: range, scale, values, files.
import type { Scale } from "./ChartCanvas";
import type { Range } from "./ranges";

interface Props {
  ranges: readonly Range[];
  range: string;
  onRange: (range: Range) => void;
  scales: readonly { scale: Scale; label: string; title: string }[];
  scale: Scale;
  onScale: (scale: Scale) => void;
  isTableOpen: boolean;
  tableId: string;
  onTable: () => void;
  onPng: () => void;
  onCsv: () => void;
}

export function ChartToolbar(props: Props) {
  const { ranges, range, onRange, scales, scale, onScale } = props;
  return (
    <div className="chart-tools" role="toolbar" aria-label="Chart">
      {ranges.length > 0 && (
        <div className="segment" role="group" aria-label="Range">
          {ranges.map((each) => (
            <button key={each.name} type="button" aria-pressed={range === each.name} aria-label={`${each.name}: ${each.label}`} onClick={() => onRange(each)}>
              {each.name}
            </button>
          ))}
        </div>
      )}
      <div className="segment" role="group" aria-label="Scale">
        {scales.map((each) => (
          <button key={each.scale} type="button" aria-pressed={scale === each.scale} title={each.title} onClick={() => onScale(each.scale)}>
            {each.label}
          </button>
        ))}
      </div>
      <div className="segment" role="group" aria-label="Values and files">
        <button type="button" aria-expanded={props.isTableOpen} aria-controls={props.isTableOpen ? props.tableId : undefined} onClick={props.onTable}>
          Table
        </button>
        <button type="button" onClick={props.onCsv} title="Download the values">
          CSV
        </button>
        <button type="button" onClick={props.onPng} title="Download the picture">
          PNG
        </button>
      </div>
    </div>
  );
}
