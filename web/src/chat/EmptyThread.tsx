// The page before the first question.
import { useApp } from "../app/appContext";
import { useSession } from "./chatContext";
import { EXAMPLES } from "./examples";

export function EmptyThread() {
  const { settings, connection } = useApp();
  const session = useSession();
  const isReady = connection.status === "ready" && settings.model !== "";
  return (
    <div className="empty">
      <h2>What do you want to know?</h2>
      <p className="muted">Answers rest on market data and texts. Every figure can be traced to the cell that it comes from.</p>
      <div className="examples">
        {EXAMPLES.map(({ kind, questions }) => (
          <section key={kind} className="example-group">
            <h3>{kind}</h3>
            {questions.map((question) => (
              <button key={question} type="button" className="example" disabled={!isReady} onClick={() => void session.ask(question, settings)}>
                {question}
              </button>
            ))}
          </section>
        ))}
      </div>
    </div>
  );
}
