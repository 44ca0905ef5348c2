/** Whether everything this page needs is there. */
import { useEffect, useState } from "react";

import { shared, useLink } from "../live/live";
import { useLoaded } from "../live/load";
import { useWords } from "../words";

export function Health() {
  const words = useWords();
  const version = useLoaded<{ version: string }>("/version", false);
  const alive = useProbe("/healthz");
  const ready = useProbe("/readyz");
  const up = useLink();
  return (
    <>
      <div className="pagehead">
        <h1>{words.health.title}</h1>
      </div>
      <dl className="card health">
        <Line name={words.health.server} good={alive} />
        <Line name={words.health.journal} good={ready} />
        <Line name={words.health.stream} good={up} more={shared ? words.health.sharing : words.health.own} />
        <dt>{words.health.version}</dt>
        <dd>{version.data?.version ?? "…"}</dd>
      </dl>
    </>
  );
}

function Line({ name, good, more = "" }: { name: string; good: boolean | null; more?: string }) {
  const words = useWords();
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <span className={`state state-${good === null ? "over" : good ? "good" : "bad"}`}>
          {good === null ? "…" : good ? words.health.good : words.health.bad}
        </span>
        {more && <span className="soft"> {more}</span>}
      </dd>
    </>
  );
}

/** Null: no answer yet. */
function useProbe(path: string): boolean | null {
  const [good, setGood] = useState<boolean | null>(null);
  useEffect(() => {
    let over = false;
    const look = () =>
      fetch(path)
        .then(
          (answer) => answer.ok,
          () => false,
        )
        .then((ok) => over || setGood(ok));
    void look();
    const timer = setInterval(look, 5_000);
    return () => {
      over = true;
      clearInterval(timer);
    };
  }, [path]);
  return good;
}
