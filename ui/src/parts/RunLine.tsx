/** A run in a list. */
import { ago, flat } from "../format";
import { useNow } from "../live/live";
import type { Run } from "../shapes";
import { useWords } from "../words";
import { Link } from "./Link";
import { State } from "./State";

export function RunLine({ run }: { run: Run }) {
  const words = useWords();
  const now = useNow(15_000);
  return (
    <li>
      <Link className="runline" href={`/runs/${run.id}`}>
        <State run={run} />
        <span className="goal" dir="auto">
          {flat(run.goal)}
        </span>
        <time className="soft" dateTime={new Date(run.last_at * 1000).toISOString()}>
          {ago(run.last_at, now, words.code)}
        </time>
      </Link>
    </li>
  );
}
