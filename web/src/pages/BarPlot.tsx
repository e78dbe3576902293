// Bars over days, or beside names. The table under it says the same in figures.
import type { Bar } from "./usageReport";

interface Props {
  bars: readonly Bar[];
  label: string;
  isByDay: boolean;
  told: (value: number | null) => string;
}

const HEIGHT = 120;
const MOST_NAMES = 12;

export function BarPlot(props: Props) {
  const highest = Math.max(0, ...props.bars.map((bar) => bar.value ?? 0));
  return props.isByDay ? <Days {...props} highest={highest} /> : <Names {...props} highest={highest} />;
}

function Days({ bars, label, highest, told }: Props & { highest: number }) {
  const width = 100 / Math.max(1, bars.length);
  return (
    <div className="plot">
      <div className="plot-scale quiet num" aria-hidden="true">
        <span>{told(highest)}</span>
        <span>0</span>
      </div>
      <svg className="plot-days" width="100%" height={HEIGHT} role="img" aria-label={`${label}, ${bars.length} days, at most ${told(highest)}`}>
        <line x1="0" x2="100%" y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className="plot-axis" />
        <line x1="0" x2="100%" y1="0.5" y2="0.5" className="plot-grid" />
        {bars.map((bar, index) => {
          const height = highest > 0 && bar.value ? Math.max(2, (bar.value / highest) * (HEIGHT - 4)) : 0;
          return (
            <g key={bar.name}>
              <rect x={`${index * width}%`} y="0" width={`${width}%`} height={HEIGHT} className="plot-hit">
                <title>{`${bar.name}: ${told(bar.value)}`}</title>
              </rect>
              <rect x={`${index * width + width * 0.12}%`} y={HEIGHT - height} width={`${width * 0.76}%`} height={height} rx="1" className="plot-bar" />
            </g>
          );
        })}
      </svg>
      <div className="plot-ends quiet num" aria-hidden="true">
        <span>{bars[0]?.name}</span>
        <span>{bars.at(-1)?.name}</span>
      </div>
    </div>
  );
}

function Names({ bars, label, highest, told }: Props & { highest: number }) {
  return (
    <ul className="plot-names" aria-label={label}>
      {bars.slice(0, MOST_NAMES).map((bar) => (
        <li key={bar.name}>
          <span className="plot-name" title={bar.name}>
            {bar.name}
          </span>
          <svg width="100%" height="10" aria-hidden="true">
            <rect x="0" y="0" height="10" rx="2" width={`${highest > 0 ? ((bar.value ?? 0) / highest) * 100 : 0}%`} className="plot-bar" />
          </svg>
          <span className="num">{told(bar.value)}</span>
        </li>
      ))}
      {bars.length > MOST_NAMES && <li className="quiet">and {bars.length - MOST_NAMES} more below</li>}
    </ul>
  );
}
