// The days that a report covers: usual stretches, or two dates.
import { lastDays, monthToDate } from "./usageReport";

export interface Period {
  from: string;
  to: string;
}

interface Props {
  period: Period;
  onChange: (period: Period) => void;
}

const STRETCHES: readonly { label: string; of: (now: Date) => Period }[] = [
  { label: "7 days", of: (now) => lastDays(7, now) },
  { label: "30 days", of: (now) => lastDays(30, now) },
  { label: "90 days", of: (now) => lastDays(90, now) },
  { label: "Month", of: monthToDate },
];

export function PeriodPicker({ period, onChange }: Props) {
  const now = new Date();
  return (
    <div className="period">
      <div className="segment" role="group" aria-label="Period">
        {STRETCHES.map(({ label, of }) => {
          const stretch = of(now);
          const isChosen = stretch.from === period.from && stretch.to === period.to;
          return (
            <button key={label} type="button" aria-pressed={isChosen} onClick={() => onChange(stretch)}>
              {label}
            </button>
          );
        })}
      </div>
      <span className="period-dates">
        <input type="date" aria-label="From" value={period.from} max={period.to} onChange={(event) => change(onChange, { ...period, from: event.target.value })} />
        <span aria-hidden="true">–</span>
        <input type="date" aria-label="To" value={period.to} min={period.from} onChange={(event) => change(onChange, { ...period, to: event.target.value })} />
      </span>
    </div>
  );
}

/** A date that is being typed is empty, or later than the other, for a while. */
function change(onChange: Props["onChange"], period: Period): void {
  if (period.from && period.to && period.from <= period.to) onChange(period);
}
