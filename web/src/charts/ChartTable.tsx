// The values of a chart as a table.
import type { DrawnChart } from "./convert";
import { fullValue } from "./values";
import { rowsOf } from "./words";

const MOST_ROWS = 400;

export function ChartTable({ chart, id }: { chart: DrawnChart; id: string }) {
  const { head, rows } = rowsOf(chart);
  // The newest are what is looked for first.
  const shown = rows.slice(-MOST_ROWS).reverse();
  return (
    <div id={id} className="table-frame chart-table" role="region" aria-label={`Values of ${chart.title}`} tabIndex={0}>
      <table>
        <caption className="visually-hidden">{chart.title}, newest first</caption>
        <thead>
          <tr>
            {head.map((name, place) => (
              <th key={name} scope="col" className={place ? "num" : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row, index) => (
            <tr key={index}>
              {row.map((cell, place) => (
                <td key={place} className={place ? "num" : undefined}>
                  {place === 0 ? cell : fullValue(typeof cell === "number" ? cell : null, chart.format)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MOST_ROWS && <p className="quiet">The newest {MOST_ROWS} of {rows.length.toLocaleString("en-US")} rows; the CSV has them all.</p>}
    </div>
  );
}
