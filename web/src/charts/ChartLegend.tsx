// Names, colours and the values under the crosshair; pressing a name hides its line.
import type { DrawnChart, DrawnSeries } from "./convert";
import type { Reading } from "./drawing";
import { fullValue, momentText, shortValue } from "./values";

interface Props {
  chart: DrawnChart;
  reading: Reading;
  hidden: ReadonlySet<string>;
  onToggle: (id: string) => void;
}

export function ChartLegend({ chart, reading, hidden, onToggle }: Props) {
  const time = reading?.time ?? chart.last;
  return (
    <div className="chart-legend">
      <span className="quiet num">{momentText(time, chart.granularity)}</span>
      {chart.series.map((series, index) => {
        const value = reading ? reading.values.get(series.id) : series.points.findLast((point) => point.value !== null)?.value;
        return (
          <button
            key={series.id}
            type="button"
            className="legend-entry"
            aria-pressed={!hidden.has(series.id)}
            disabled={chart.series.length === 1}
            title={chart.series.length === 1 ? undefined : `Show or hide ${series.name}`}
            onClick={() => onToggle(series.id)}
          >
            <span className={`legend-dot legend-dot-${(index % 6) + 1}`} aria-hidden="true" />
            <span>{series.name}</span>
            <span className="num legend-value">{fullValue(value, chart.format)}</span>
            <Prices series={series} time={time} chart={chart} />
          </button>
        );
      })}
    </div>
  );
}

function Prices({ series, time, chart }: { series: DrawnSeries; time: number; chart: DrawnChart }) {
  if (series.kind !== "candles") return null;
  const candle = series.candles.find((each) => each.time === time);
  const volume = series.volume.find((point) => point.time === time)?.value;
  if (!candle) return null;
  const told = (value: number) => fullValue(value, chart.format);
  return (
    <span className="quiet num legend-prices">
      O {told(candle.open)} H {told(candle.high)} L {told(candle.low)}
      {typeof volume === "number" && ` V ${shortValue(volume, chart.format)}`}
    </span>
  );
}
