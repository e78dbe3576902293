// Shown in place of a page that failed.

export function DefectNote() {
  return (
    <main className="page-note" role="alert">
      <h1>This page failed</h1>
      <p className="muted">Your conversations are kept in this browser. Loading the page again usually helps.</p>
      <button type="button" className="button" onClick={() => location.reload()}>
        Load again
      </button>
    </main>
  );
}
