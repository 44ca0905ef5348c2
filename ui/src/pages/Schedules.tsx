/** Goals that are pursued again and again: make one, see when each is due and what came of it last. */
import { useState, type FormEvent } from "react";

import { patch, post, remove } from "../api";
import { flat, moment } from "../format";
import { useLoaded } from "../live/load";
import { useDoing } from "../parts/doing";
import { Link } from "../parts/Link";
import { Loading, Notice } from "../parts/Notice";
import { State } from "../parts/State";
import type { Run, Schedule } from "../shapes";
import { useWords } from "../words";
import { asNew, KINDS, MISSED, unplanned, type Planned } from "./planned";

export function Schedules() {
  const words = useWords();
  const found = useLoaded<{ schedules: Schedule[] }>("/schedules", true, 1_500);
  return (
    <>
      <Plan again={found.again} />
      {found.trouble && <Notice trouble={found.trouble} again={found.again} />}
      {!found.data && !found.trouble && <Loading />}
      {found.data && !found.data.schedules.length && <p className="empty">{words.schedules.empty}</p>}
      <ul>
        {(found.data?.schedules ?? []).map((one) => (
          <li key={one.id} className="card scheduled">
            <One schedule={one} again={found.again} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Plan({ again }: { again: () => void }) {
  const words = useWords();
  const [plan, setPlan] = useState(unplanned);
  const doing = useDoing();
  const change = (part: Partial<Planned>) => setPlan({ ...plan, ...part });
  const keep = (event: FormEvent) => {
    event.preventDefault();
    void doing.run(async () => {
      await post("/schedules", asNew(plan));
      setPlan(unplanned());
      again();
    });
  };
  const field = (name: "zone" | "workspace" | "model", label: string, hint = "") => (
    <label className="field wide">
      <span>{label}</span>
      <input
        value={plan[name]}
        placeholder={hint}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => change({ [name]: event.target.value })}
      />
    </label>
  );
  return (
    <form className="card goalbox" onSubmit={keep}>
      <h1>
        <label htmlFor="goal">{words.schedules.title}</label>
      </h1>
      <textarea
        id="goal"
        data-hotkey="n"
        data-name={words.home.goal}
        rows={2}
        value={plan.goal}
        placeholder={words.schedules.example}
        maxLength={20_000}
        onChange={(event) => change({ goal: event.target.value })}
      />
      <div className="fields">
        <label className="field wide">
          <span>{words.schedules.how}</span>
          <select
            value={plan.kind}
            onChange={(event) => change({ kind: event.target.value as Planned["kind"], when: "" })}
          >
            {KINDS.map((kind) => (
              <option key={kind} value={kind}>
                {words.schedules.kinds[kind]}
              </option>
            ))}
          </select>
        </label>
        <label className="field wide">
          <span>{words.schedules.when}</span>
          <input
            value={plan.when}
            placeholder={words.schedules.hints[plan.kind]}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => change({ when: event.target.value })}
          />
        </label>
        {field("zone", words.schedules.zone)}
        <label className="field wide">
          <span>{words.schedules.missed}</span>
          <select
            value={plan.missed}
            onChange={(event) => change({ missed: event.target.value as Planned["missed"] })}
          >
            {MISSED.map((one) => (
              <option key={one} value={one}>
                {words.schedules.rules[one]}
              </option>
            ))}
          </select>
        </label>
        {field("workspace", words.home.workspace, words.home.workspaceHint)}
        {field("model", words.home.model, words.home.modelHint)}
      </div>
      {doing.trouble && <Notice trouble={doing.trouble} />}
      <div className="foot">
        <span className="soft keys">{words.schedules.alone}</span>
        <button className="main" disabled={doing.busy || !plan.goal.trim() || !plan.when.trim()}>
          {words.schedules.add}
        </button>
      </div>
    </form>
  );
}

function One({ schedule, again }: { schedule: Schedule; again: () => void }) {
  const words = useWords();
  const [sure, setSure] = useState(false);
  const doing = useDoing();
  const path = `/schedules/${schedule.id}`;
  const act = (work: () => Promise<unknown>) => () =>
    void doing.run(async () => {
      await work();
      again();
    });
  const due = schedule.next_due === null ? words.schedules.never : moment(schedule.next_due, words.code);
  return (
    <>
      <p dir="auto">{flat(schedule.goal, 400)}</p>
      <div className="soft scheduledline">
        <span className="path">{schedule.when}</span>
        {schedule.paused ? (
          <span className="state state-paused">{words.status.paused}</span>
        ) : (
          <span>{words.schedules.next(due)}</span>
        )}
        {schedule.last_run ? (
          <>
            <Link href={`/runs/${schedule.last_run}`}>{words.schedules.last}</Link>
            <Last schedule={schedule} />
            {schedule.last_at !== null && <span>{moment(schedule.last_at, words.code)}</span>}
          </>
        ) : (
          <span>{words.schedules.none}</span>
        )}
      </div>
      {schedule.trouble && <p className="notice">{words.schedules.trouble(schedule.trouble)}</p>}
      {doing.trouble && <Notice trouble={doing.trouble} />}
      <div className="buttons">
        <button type="button" disabled={doing.busy} onClick={act(() => post(`${path}/trigger`, {}))}>
          {words.schedules.run}
        </button>
        <button
          type="button"
          disabled={doing.busy}
          onClick={act(() => patch(path, { paused: !schedule.paused }))}
        >
          {schedule.paused ? words.run.resume : words.run.pause}
        </button>
        <button
          type="button"
          className={sure ? "danger" : undefined}
          disabled={doing.busy}
          onClick={sure ? act(() => remove(path)) : () => setSure(true)}
          onBlur={() => setSure(false)}
        >
          {sure ? words.schedules.sure : words.schedules.remove}
        </button>
      </div>
    </>
  );
}

function Last({ schedule }: { schedule: Schedule }) {
  const words = useWords();
  const at = schedule.last_status;
  if (at === "open" || at === "") return <span className="state">{words.schedules.queued}</span>;
  const standing: Pick<Run, "status" | "ending"> =
    at === "waiting" || at === "running" ? { status: at, ending: "" } : { status: "ended", ending: at };
  return <State run={standing} />;
}
