/** What is wrong, and what can be done about it. */
import type { Trouble } from "../api";
import { useWords } from "../words";

export function Notice({ trouble, again }: { trouble: Trouble; again?: () => void }) {
  const words = useWords();
  return (
    <div className="notice" role="alert">
      <span>{trouble.message || words.common.lost}</span>
      {again && (
        <button type="button" onClick={again}>
          {words.common.retry}
        </button>
      )}
    </div>
  );
}

export function Loading() {
  return (
    <p className="empty" role="status">
      {useWords().common.loading}
    </p>
  );
}

/** In place of a page that cannot be shown. */
export function Unknown({ trouble, again }: { trouble: Trouble; again: () => void }) {
  return (
    <div className="unknown">
      <h1>{useWords().common.wrong}</h1>
      <Notice trouble={trouble} again={again} />
    </div>
  );
}
