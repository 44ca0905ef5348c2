/** How a run stands, as one word in its colour. */
import type { Run } from "../shapes";
import { useWords } from "../words";
import type { Words } from "../words/en";

type Standing = Pick<Run, "status" | "ending">;

export function wordFor({ status, ending }: Standing, words: Words): string {
  return status === "ended" && ending ? words.ending[ending] : words.status[status];
}

export function State({ run }: { run: Standing }) {
  const words = useWords();
  const kind =
    run.status === "ended"
      ? run.ending === "done"
        ? "good"
        : run.ending === "failed"
          ? "bad"
          : "over"
      : run.status;
  return <span className={`state state-${kind}`}>{wordFor(run, words)}</span>;
}
