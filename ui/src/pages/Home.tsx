/** Give a goal; see what runs, what waits and what came of the last ones. */
import { useId, type FormEvent, type KeyboardEvent, type ReactNode } from "react";

import { post } from "../api";
import { number } from "../format";
import { useLoaded } from "../live/load";
import { Ask } from "../parts/Ask";
import { useDoing } from "../parts/doing";
import { Link } from "../parts/Link";
import { Notice } from "../parts/Notice";
import { RunLine } from "../parts/RunLine";
import { go } from "../route";
import type { Asked, Defaults, Mode, Run, Runs } from "../shapes";
import { useWords } from "../words";
import { useDraft, wanted, type Draft } from "./draft";

const LAST = 8;
/** What is not here can be set for all runs, and is not chosen in passing. */
const MODES: Mode[] = ["auto", "ask", "readonly"];

export function Home() {
  const words = useWords();
  const runs = useLoaded<Runs>("/runs?limit=50", true, 800);
  const inbox = useLoaded<{ asked: Asked[] }>("/inbox", true, 800);
  const all = runs.data?.runs ?? [];
  const of = (...states: Run["status"][]) => all.filter((run) => states.includes(run.status));
  const asked = inbox.data?.asked ?? [];
  const finished = of("ended")
    .sort((a, b) => b.last_at - a.last_at)
    .slice(0, LAST);
  return (
    <>
      <Goal />
      {runs.trouble && <Notice trouble={runs.trouble} again={runs.again} />}
      {asked.length > 0 && (
        <section className="group" aria-labelledby="waiting">
          <h2 id="waiting">{words.home.waiting}</h2>
          {asked.map((one) => (
            <div className="card waiting" key={one.id}>
              <Link className="goal" href={`/runs/${one.run}`} dir="auto">
                {one.goal}
              </Link>
              <Ask asked={one} onDone={inbox.again} />
            </div>
          ))}
        </section>
      )}
      <Group title={words.home.running} runs={of("running")} />
      <Group title={words.home.halted} runs={of("paused", "interrupted")} />
      <Group title={words.home.finished} runs={finished} more={<Link href="/runs">{words.home.all}</Link>} />
      {runs.data && all.length === 0 && <p className="empty">{words.home.nothing}</p>}
    </>
  );
}

function Group({ title, runs, more }: { title: string; runs: Run[]; more?: ReactNode }) {
  const id = useId();
  if (!runs.length) return null;
  return (
    <section className="group" aria-labelledby={id}>
      <h2 id={id}>
        {title}
        {more && <span className="aside">{more}</span>}
      </h2>
      <ul className="runlist card">
        {runs.map((run) => (
          <RunLine key={run.id} run={run} />
        ))}
      </ul>
    </section>
  );
}

function Goal() {
  const words = useWords();
  const [draft, change, forget] = useDraft();
  const doing = useDoing();
  const start = (event?: FormEvent) => {
    event?.preventDefault();
    if (!draft.goal.trim()) return;
    void doing.run(async () => {
      const run = await post<Run>("/runs", wanted(draft), { "Idempotency-Key": draft.key });
      forget();
      go(draft.review ? `/runs/${run.id}/contract` : `/runs/${run.id}`);
    });
  };
  const limit = (value: number | null | undefined) =>
    value === undefined ? "" : value === null ? words.common.noLimit : number(value, words.code);
  const key = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) start();
  };
  const usual = useLoaded<Defaults>("/defaults", false).data;
  const tuned = [
    draft.mode,
    draft.criteria,
    draft.workspace,
    draft.model,
    draft.cost,
    draft.minutes,
    draft.steps,
    draft.tokens,
  ].some(Boolean);
  return (
    <form className="card goalbox" onSubmit={start} onKeyDown={key}>
      <h1>
        <label htmlFor="goal">{words.home.title}</label>
      </h1>
      <textarea
        id="goal"
        data-hotkey="n"
        data-name={words.home.goal}
        rows={3}
        autoFocus
        value={draft.goal}
        placeholder={words.home.example}
        maxLength={20_000}
        onChange={(event) => change({ goal: event.target.value })}
      />
      <details open={tuned || undefined}>
        <summary>{words.home.options}</summary>
        <div className="fields">
          <Field
            draft={draft}
            change={change}
            name="model"
            label={words.home.model}
            hint={usual?.model ?? words.home.modelHint}
            wide
          />
          <Field
            draft={draft}
            change={change}
            name="workspace"
            label={words.home.workspace}
            hint={words.home.workspaceHint}
            wide
          />
          <Field
            draft={draft}
            change={change}
            name="cost"
            label={words.home.cost}
            hint={limit(usual?.limits.cost_usd)}
          />
          <Field
            draft={draft}
            change={change}
            name="minutes"
            label={words.home.time}
            hint={limit(usual ? usual.limits.time_s / 60 : undefined)}
          />
          <Field
            draft={draft}
            change={change}
            name="steps"
            label={words.home.steps}
            hint={limit(usual?.limits.steps)}
          />
          <Field
            draft={draft}
            change={change}
            name="tokens"
            label={words.home.tokens}
            hint={limit(usual?.limits.tokens)}
          />
          <label className="field full">
            <span>{words.home.mode}</span>
            <select
              value={draft.mode}
              onChange={(event) => change({ mode: event.target.value as Mode | "" })}
            >
              <option value="">
                {usual ? words.home.asSet(words.home.modes[usual.mode]) : words.home.modelHint}
              </option>
              {MODES.map((mode) => (
                <option key={mode} value={mode}>
                  {words.home.modes[mode]}
                </option>
              ))}
            </select>
          </label>
          <label className="field full">
            <span>{words.home.criteria}</span>
            <textarea
              rows={2}
              value={draft.criteria}
              onChange={(event) => change({ criteria: event.target.value })}
            />
            <span className="soft">{words.home.criteriaHint}</span>
          </label>
        </div>
      </details>
      <label className="inline tick">
        <input
          type="checkbox"
          checked={draft.review}
          onChange={(event) => change({ review: event.target.checked })}
        />
        {words.home.review}
      </label>
      {doing.trouble && <Notice trouble={doing.trouble} />}
      <div className="foot">
        <span className="soft keys">{words.home.keys}</span>
        <button className="main" disabled={doing.busy || !draft.goal.trim()}>
          {doing.busy ? words.home.starting : words.home.start}
        </button>
      </div>
    </form>
  );
}

interface FieldOf {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  name: "model" | "workspace" | "cost" | "minutes" | "steps" | "tokens";
  label: string;
  hint?: string;
  wide?: boolean;
}

function Field({ draft, change, name, label, hint, wide }: FieldOf) {
  return (
    <label className={wide ? "field wide" : "field"}>
      <span>{label}</span>
      <input
        value={draft[name]}
        placeholder={hint}
        inputMode={wide ? "text" : "decimal"}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => change({ [name]: event.target.value })}
      />
    </label>
  );
}
