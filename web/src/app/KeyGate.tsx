// Asks for the API key where the desk wants one.
import { type FormEvent, useState } from "react";
import { Client } from "../api/client";
import { faultOf } from "../api/errors";
import { KeyIcon } from "../ui/icons";
import { cleanKey } from "./key";

interface Props {
  /** Whether a key is known that the desk has refused. */
  wasRefused: boolean;
  onKey: (key: string) => void;
}

export function KeyGate({ wasRefused, onKey }: Props) {
  const [text, setText] = useState("");
  const [isShown, setShown] = useState(false);
  const [isChecking, setChecking] = useState(false);
  const [complaint, setComplaint] = useState(wasRefused ? "The desk does not know this key, or it was withdrawn." : "");

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const key = cleanKey(text);
    if (!key) return setComplaint("Paste a key first.");
    setChecking(true);
    try {
      await new Client({ key }).models();
      onKey(key);
    } catch (error) {
      setComplaint(faultOf(error)?.message ?? "The key could not be checked.");
    } finally {
      setChecking(false);
    }
  };

  return (
    <main className="gate">
      <form className="gate-card" onSubmit={(event) => void submit(event)}>
        <span className="gate-mark" aria-hidden="true">
          <KeyIcon />
        </span>
        <h1>This desk needs a key</h1>
        <p className="muted">
          The server printed one when it was started for the first time. <code>cryptodesk keys create</code> makes another. It stays in this
          browser and is sent to this desk alone.
        </p>
        <label className="field">
          <span>API key</span>
          <input
            type={isShown ? "text" : "password"}
            value={text}
            onChange={(event) => setText(event.target.value)}
            autoComplete="off"
            spellCheck={false}
            autoFocus
            aria-invalid={complaint !== ""}
            aria-describedby="gate-complaint"
          />
        </label>
        <label className="check">
          <input type="checkbox" checked={isShown} onChange={(event) => setShown(event.target.checked)} />
          <span>Show the key</span>
        </label>
        <p id="gate-complaint" className="complaint" role="alert">
          {complaint}
        </p>
        <button type="submit" className="button primary" disabled={isChecking}>
          {isChecking ? "Checking…" : "Continue"}
        </button>
      </form>
    </main>
  );
}
