// Model, length, moment, and whether the research graph answers.
import { useId } from "react";
import { useApp } from "../app/appContext";
import type { Verbosity } from "../api/types";
import { ResearchIcon } from "../ui/icons";
import { Popover } from "../ui/Popover";

const LENGTHS: { value: Verbosity; label: string }[] = [
  { value: "low", label: "Short" },
  { value: "medium", label: "Balanced" },
  { value: "high", label: "Detailed" },
];

export function AskOptions() {
  const { settings } = useApp();
  const length = LENGTHS.find(({ value }) => value === settings.verbosity)?.label ?? "";
  return (
    <div className="ask-options">
      <div className="options-wide">
        <ModelPicker />
        <LengthPicker />
        <MomentPicker />
      </div>
      <div className="options-narrow">
        <Popover label="How to answer" className="pill" trigger={<>{settings.asOf ? `${length}, ${settings.asOf}` : length}</>}>
          <div className="options-sheet">
            <ModelPicker isLabelled />
            <LengthPicker isLabelled />
            <MomentPicker isLabelled />
          </div>
        </Popover>
      </div>
      <ResearchSwitch />
    </div>
  );
}

function ModelPicker({ isLabelled = false }: { isLabelled?: boolean }) {
  const { settings, connection, changeSettings } = useApp();
  const id = useId();
  const known = connection.models.map((model) => model.id);
  const ids = settings.model && !known.includes(settings.model) ? [settings.model, ...known] : known;
  if (!ids.length) return null;
  return (
    <span className="picker">
      <label htmlFor={id} className={isLabelled ? "" : "visually-hidden"}>
        Model
      </label>
      <select id={id} className="pill" title="Model" value={settings.model} onChange={(event) => changeSettings({ model: event.target.value })}>
        {ids.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </span>
  );
}

function LengthPicker({ isLabelled = false }: { isLabelled?: boolean }) {
  const { settings, changeSettings } = useApp();
  const id = useId();
  return (
    <span className="picker">
      <label htmlFor={id} className={isLabelled ? "" : "visually-hidden"}>
        Length
      </label>
      <select id={id} className="pill" title="Length of the answer" value={settings.verbosity} onChange={(event) => changeSettings({ verbosity: event.target.value as Verbosity })}>
        {LENGTHS.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </span>
  );
}

function MomentPicker({ isLabelled = false }: { isLabelled?: boolean }) {
  const { settings, changeSettings } = useApp();
  const id = useId();
  const today = new Date().toISOString().slice(0, 10);
  const take = (value: string) => changeSettings({ asOf: value && value < today ? value : "" });
  return (
    <span className={settings.asOf ? "picker moment is-set" : "picker moment"}>
      <label htmlFor={id} className="moment-label" title="Answer from what was known at the end of that day">
        As of
      </label>
      {!isLabelled && !settings.asOf && <span className="moment-now" aria-hidden="true">now</span>}
      <input id={id} type="date" className="pill" value={settings.asOf} max={today} onChange={(event) => take(event.target.value)} />
      {settings.asOf && (
        <button type="button" className="text-button" onClick={() => take("")} aria-label="Back to now">
          now
        </button>
      )}
    </span>
  );
}

function ResearchSwitch() {
  const { settings, changeSettings } = useApp();
  const words = settings.isResearch
    ? "The research graph plans, gathers, draws charts and cites. Switch off for a plain answer with tools."
    : "The model answers by itself with tools. Switch on for charts, sources and related questions.";
  return (
    <button type="button" role="switch" aria-checked={settings.isResearch} className="pill switch" title={words} onClick={() => changeSettings({ isResearch: !settings.isResearch })}>
      <ResearchIcon />
      Research
    </button>
  );
}
