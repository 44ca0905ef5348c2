/** A decision or an answer that a run waits for, where it can be given at once. */
import { useId, useRef, useState, type FormEvent } from "react";

import { post } from "../api";
import type { Asked, Resolution } from "../shapes";
import { useWords } from "../words";
import { useDoing } from "./doing";
import { Link } from "./Link";
import { Notice } from "./Notice";

export function Ask({ asked, onDone }: { asked: Asked; onDone: () => void }) {
  const words = useWords();
  const doing = useDoing();
  const [text, setText] = useState("");
  const form = useRef<HTMLFormElement>(null);
  const isQuestion = asked.kind === "question";
  const isLimit = asked.kind === "limit";
  const isContract = asked.kind === "contract";
  const kind = isQuestion
    ? words.ask.question
    : isLimit
      ? words.ask.limit
      : isContract
        ? words.ask.contract
        : words.ask.call;

  /** What is written is the answer, the amount, or why not. */
  const resolve = (decision: Resolution["decision"]) =>
    doing.run(async () => {
      const goesWith = decision === "answer" || (decision === "approve") === isLimit;
      const said: Resolution = { decision, text: goesWith ? text.trim() : "" };
      await post(`/inbox/${encodeURIComponent(asked.id)}/resolve`, said);
      setText("");
      onDone();
    });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isQuestion && !text.trim()) form.current?.querySelector("textarea")?.focus();
    else void resolve(isQuestion ? "answer" : "approve");
  };
  const fields = { text, setText, busy: doing.busy, deny: () => void resolve("deny") };
  return (
    <form ref={form} className="ask" onSubmit={submit} aria-label={asked.text}>
      <div className="askkind">{kind}</div>
      <p className="asktext" dir="auto">
        {isContract ? words.contract.title : asked.text}
      </p>
      {asked.call && (
        <>
          <p className="soft">{words.ask.exactly}</p>
          <pre className="askcall" tabIndex={0}>
            {asked.call}
          </pre>
        </>
      )}
      {asked.answered ? (
        <p className="soft">{words.ask.answered}</p>
      ) : isQuestion ? (
        <Question {...fields} />
      ) : isLimit ? (
        <Limit {...fields} />
      ) : isContract ? (
        <Contract run={asked.run} {...fields} />
      ) : (
        <Call {...fields} />
      )}
      {doing.trouble && <Notice trouble={doing.trouble} />}
    </form>
  );
}

interface Fields {
  text: string;
  setText: (text: string) => void;
  busy: boolean;
  deny: () => void;
}

function Question({ text, setText, busy }: Fields) {
  const words = useWords();
  const field = useId();
  return (
    <div className="askrow">
      <label className="hidden" htmlFor={field}>
        {words.ask.answer}
      </label>
      <textarea
        id={field}
        data-key="edit"
        rows={2}
        value={text}
        placeholder={words.ask.answer}
        onChange={(event) => setText(event.target.value)}
      />
      <button className="main" data-key="approve" disabled={busy}>
        {words.ask.send}
      </button>
    </div>
  );
}

function Limit({ text, setText, busy, deny }: Fields) {
  const words = useWords();
  return (
    <div className="askrow">
      <label className="inline">
        {words.ask.raise}
        <input
          data-key="edit"
          className="amount"
          value={text}
          placeholder={words.ask.raiseHint}
          title={words.ask.forms}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <button className="main" data-key="approve" disabled={busy}>
        {words.ask.approve}
      </button>
      <button type="button" data-key="deny" disabled={busy} onClick={deny}>
        {words.ask.deny}
      </button>
    </div>
  );
}

/** It is accepted where all of it is seen. */
function Contract({ run, busy, deny }: Fields & { run: string }) {
  const words = useWords();
  return (
    <div className="askrow">
      <Link className="button main" data-key="approve" href={`/runs/${run}/contract`}>
        {words.ask.look}
      </Link>
      <button type="button" data-key="deny" disabled={busy} onClick={deny}>
        {words.ask.deny}
      </button>
    </div>
  );
}

function Call({ text, setText, busy, deny }: Fields) {
  const words = useWords();
  return (
    <div className="askrow">
      <button className="main" data-key="approve" disabled={busy}>
        {words.ask.allow}
      </button>
      <button type="button" data-key="deny" disabled={busy} onClick={deny}>
        {words.ask.refuse}
      </button>
      <input
        data-key="edit"
        value={text}
        aria-label={words.ask.reason}
        placeholder={words.ask.reason}
        onChange={(event) => setText(event.target.value)}
      />
    </div>
  );
}
