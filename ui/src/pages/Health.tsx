/** Whether everything this page needs is there. */
import { useEffect, useState } from "react";

import { length, money, number } from "../format";
import { shared, useLink } from "../live/live";
import { useLoaded } from "../live/load";
import { Loading, Notice } from "../parts/Notice";
import type { Defaults, Finding, Limits } from "../shapes";
import { useWords, type Words } from "../words";

export function Health() {
  const words = useWords();
  const version = useLoaded<{ version: string }>("/version", false);
  const machine = useLoaded<{ findings: Finding[] }>("/doctor", false);
  const usual = useLoaded<Defaults>("/defaults", false).data;
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
      <h2 className="subhead">{words.health.machine}</h2>
      {machine.trouble && <Notice trouble={machine.trouble} again={machine.again} />}
      {!machine.data && !machine.trouble && <Loading />}
      {machine.data && (
        <dl className="card health">
          {machine.data.findings.map((one) => (
            <Machine key={one.name} finding={one} />
          ))}
        </dl>
      )}
      {usual && (
        <>
          <h2 className="subhead">{words.health.defaults}</h2>
          <dl className="card health">
            <dt>{words.health.model}</dt>
            <dd>{usual.model}</dd>
            <dt>{words.home.mode}</dt>
            <dd>{words.home.modes[usual.mode]}</dd>
            <dt>{words.home.budget}</dt>
            <dd>{limitsOf(usual.limits, words)}</dd>
            <dt>{words.health.home}</dt>
            <dd className="path">{usual.home}</dd>
          </dl>
        </>
      )}
    </>
  );
}

function Machine({ finding }: { finding: Finding }) {
  const words = useWords();
  const kind = { ok: "good", off: "over", bad: "bad" }[finding.state];
  return (
    <>
      <dt>{finding.name}</dt>
      <dd>
        <span className={`state state-${kind}`}>{words.health.states[finding.state]}</span> {finding.said}
        {finding.mend && <p className="soft">{finding.mend}</p>}
      </dd>
    </>
  );
}

function limitsOf(limits: Limits, words: Words): string {
  const { steps, tokens, time_s, cost_usd } = limits;
  const shown = [
    `${words.limit.steps} ${number(steps, words.code)}`,
    `${words.limit.tokens} ${number(tokens, words.code)}`,
    `${words.limit.time} ${length(time_s)}`,
    `${words.limit.cost} ${cost_usd === null ? words.common.noLimit : money(cost_usd, words.code)}`,
  ];
  return shown.join(" · ");
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
