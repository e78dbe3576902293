// How the figures of an answer were checked: counts by verdict, which are the legend of the marks, and the switch.
import type { Verdict, Verification } from "../api/types";
import { useMarks } from "./preferences";
import { VERDICT_WORDS } from "./marks";

const ORDER: readonly Verdict[] = ["bound", "derived", "quoted", "user", "unbound", "contradicted"];
const MEANINGS: Record<Verdict, string> = {
  bound: "a cell of a tool's result",
  derived: "arithmetic on such cells",
  quoted: "written in a document that was found",
  user: "from your question",
  unbound: "rests on nothing that was found",
  contradicted: "the data say something else",
};

export function VerificationPanel({ verification }: { verification: Verification }) {
  const [isOn, setOn] = useMarks();
  const told = ORDER.filter((verdict) => verification.counts[verdict] > 0);
  return (
    <div className="verification">
      <ul className="legend" aria-label="Legend of the marks">
        {told.map((verdict) => (
          <li key={verdict}>
            <span className={`figure figure-${verdict} legend-sample num`}>{verification.counts[verdict]}</span>
            <span>
              {VERDICT_WORDS[verdict]} <span className="quiet">{MEANINGS[verdict]}</span>
            </span>
          </li>
        ))}
      </ul>
      {(verification.repaired ?? 0) > 0 && <p className="quiet">{verification.repaired} repaired</p>}
      {(verification.left_out ?? 0) > 0 && <p className="quiet">{verification.left_out} left out</p>}
      <label className="switch-row">
        <input type="checkbox" checked={isOn} onChange={(event) => setOn(event.target.checked)} />
        Mark figures in the text
      </label>
    </div>
  );
}

/** For the button that opens the panel. */
export function verificationWords(verification: Verification): string {
  const { counts } = verification;
  const total = ORDER.reduce((sum, verdict) => sum + counts[verdict], 0);
  const faulty = counts.unbound + counts.contradicted;
  if (!total) return "No figures";
  if (!faulty) return `${total} ${total === 1 ? "figure" : "figures"} checked`;
  const parts = [counts.contradicted && `${counts.contradicted} contradicted`, counts.unbound && `${counts.unbound} not traced`];
  return `${parts.filter(Boolean).join(", ")} of ${total} figures`;
}
