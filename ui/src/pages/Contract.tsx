/** The contract before the work begins: what done means, the plan, what the run may do; changed, accepted or refused. */
import { useEffect, useId, type FormEvent, type KeyboardEvent, type ReactNode } from "react";

import { post } from "../api";
import { amount } from "../format";
import { useLoaded } from "../live/load";
import { Composer } from "../parts/Composer";
import { useDoing } from "../parts/doing";
import { Link } from "../parts/Link";
import { Loading, Notice, Unknown } from "../parts/Notice";
import { State } from "../parts/State";
import { go } from "../route";
import type { Asked, Criterion, LimitName, Resolution, Snapshot } from "../shapes";
import { useWords } from "../words";
import { acceptance, leftIn, ticked, useEdits, type Edits } from "./edits";

export function ContractPage({ id }: { id: string }) {
  const words = useWords();
  const shot = useLoaded<Snapshot>(`/runs/${id}/snapshot`);
  const inbox = useLoaded<{ asked: Asked[] }>("/inbox");
  const over = shot.data !== null && !shot.data.to_accept;
  const goal = shot.data?.run.goal ?? "";
  useEffect(() => {
    if (over) go(`/runs/${id}`, "replace");
  }, [over, id]);
  useEffect(() => {
    document.title = [words.contract.title, goal.slice(0, 60), "Selfstarter"].filter(Boolean).join(" · ");
  }, [words, goal]);
  if (shot.trouble && !shot.data) return <Unknown trouble={shot.trouble} again={shot.again} />;
  if (!shot.data || !inbox.data || over) return <Loading />;
  const asked = inbox.data.asked.find((one) => one.run === id && one.kind === "contract" && !one.answered);
  const again = () => {
    inbox.again();
    shot.again();
  };
  return asked ? (
    <Sheet key={asked.id} shot={shot.data} asked={asked} again={again} />
  ) : (
    <Writing shot={shot.data} />
  );
}

/** It is drafted, or drafted anew because of what the person said. */
function Writing({ shot }: { shot: Snapshot }) {
  const words = useWords();
  return (
    <section className="card sheet">
      <h1>{words.contract.title}</h1>
      <p role="status">
        <State run={shot.run} /> {words.contract.writing}
      </p>
      <p dir="auto">{shot.run.goal}</p>
      <Link href={`/runs/${shot.run.id}`}>{words.contract.open}</Link>
    </section>
  );
}

function Sheet({ shot, asked, again }: { shot: Snapshot; asked: Asked; again: () => void }) {
  const words = useWords();
  const doing = useDoing();
  const [edits, change] = useEdits(asked.id);
  const enough = leftIn(edits, shot.criteria);
  const resolve = (said: Resolution) =>
    void doing.run(async () => {
      await post(`/inbox/${encodeURIComponent(asked.id)}/resolve`, said);
      again();
      go(`/runs/${shot.run.id}`);
    });
  const start = (event?: FormEvent) => {
    event?.preventDefault();
    if (enough) resolve(acceptance(edits));
  };
  const key = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) start();
  };
  return (
    <>
      <form className="card sheet" onSubmit={start} onKeyDown={key}>
        <h1>{words.contract.title}</h1>
        <p className="soft">{words.contract.lead}</p>
        <h2>{words.contract.goal}</h2>
        <p className="said" dir="auto">
          {shot.run.goal}
        </p>
        <DoneWhen criteria={shot.criteria} edits={edits} change={change} />
        <Rest shot={shot} />
        {!enough && (
          <p className="short" role="alert">
            {words.contract.none}
          </p>
        )}
        {doing.trouble && <Notice trouble={doing.trouble} again={again} />}
        <div className="foot">
          <span className="soft keys">{words.contract.keys}</span>
          <button type="button" disabled={doing.busy} onClick={() => resolve({ decision: "deny", text: "" })}>
            {words.contract.stop}
          </button>
          <button className="main" data-hotkey="g" disabled={doing.busy || !enough}>
            {words.contract.start}
          </button>
        </div>
      </form>
      <Composer run={shot.run.id} />
    </>
  );
}

interface Changing {
  criteria: Criterion[];
  edits: Edits;
  change: (part: Partial<Edits>) => void;
}

function DoneWhen({ criteria, edits, change }: Changing) {
  const words = useWords();
  const hint = useId();
  return (
    <fieldset>
      <legend>{words.contract.criteria}</legend>
      <p className="soft">{words.contract.hint}</p>
      <ul className="plain">
        {criteria.map((one) => (
          <li key={one.id}>
            <label className="tick">
              <input
                type="checkbox"
                checked={one.invariant || !edits.drop.includes(one.id)}
                disabled={one.invariant}
                onChange={(event) => change(ticked(edits, one.id, event.target.checked))}
              />
              <span>
                <span dir="auto">{one.text}</span>{" "}
                <span className="soft">
                  · {one.invariant ? words.run.invariant : (words.contract.checks[one.check] ?? one.check)}
                </span>
              </span>
            </label>
          </li>
        ))}
      </ul>
      <label className="field">
        <span>{words.contract.add}</span>
        <textarea
          rows={2}
          value={edits.add}
          aria-describedby={hint}
          onChange={(event) => change({ add: event.target.value })}
        />
      </label>
      <p className="soft" id={hint}>
        {words.contract.addHint}
      </p>
    </fieldset>
  );
}

function Rest({ shot }: { shot: Snapshot }) {
  const words = useWords();
  const names: [LimitName, number | null][] = [
    ["steps", shot.limits.steps],
    ["tokens", shot.limits.tokens],
    ["time", shot.limits.time_s],
    ["cost", shot.limits.cost_usd],
  ];
  const limits = names.map(
    ([name, most]) =>
      `${words.limit[name]}: ${most === null ? words.common.noLimit : amount(name, most, words.code)}`,
  );
  return (
    <>
      {shot.assumptions.length > 0 && (
        <Part title={words.run.assumed}>
          <ul>
            {shot.assumptions.map((one) => (
              <li key={one.text} dir="auto">
                {one.text} <span className="soft">({words.run.unsure[one.confidence]})</span>
              </li>
            ))}
          </ul>
        </Part>
      )}
      <Part title={words.contract.plan}>
        <ol>
          {shot.plan.map((task) => (
            <li key={task.id} dir="auto">
              {task.title}
            </li>
          ))}
        </ol>
      </Part>
      <Part title={words.contract.may}>
        <p>{words.home.modes[shot.mode]}</p>
      </Part>
      <Part title={words.contract.limits}>
        <p>{limits.join(" · ")}</p>
      </Part>
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h2>{title}</h2>
      {children}
    </section>
  );
}
