// Answers to a question back, and questions to go on with: one press asks.

interface Props {
  items: readonly string[];
  onChoose: (item: string) => void;
}

export function Clarification({ items, onChoose }: Props) {
  if (!items.length) return null;
  return (
    <div className="clarify" role="group" aria-label="Choose an answer">
      {items.map((item) => (
        <button key={item} type="button" className="choice-button" onClick={() => onChoose(item)}>
          {item}
        </button>
      ))}
    </div>
  );
}

export function RelatedQuestions({ items, onChoose }: Props) {
  if (!items.length) return null;
  return (
    <nav className="related" aria-label="Related questions">
      {items.map((item) => (
        <button key={item} type="button" className="related-button" onClick={() => onChoose(item)}>
          <span>{item}</span>
          <span aria-hidden="true">→</span>
        </button>
      ))}
    </nav>
  );
}
