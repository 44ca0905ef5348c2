/** A decision or an answer that a run waits for, where it can be given at once. */
import { useId, useRef, useState, type FormEvent } from "react";

import { post } from "../api";
import type { Asked, Resolution } from "../shapes";
import { useWords } from "../words";
import { useDoing } from "./doing";
import { Notice } from "./Notice";

export function Ask({ asked, onDone }: { asked: Asked; onDone: () => void }) {
  const words = useWords();
  const doing = useDoing();
  const [text, setText] = useState("");
  const form = useRef<HTMLFormElement>(null);
  const field = useId();
  const isQuestion = asked.kind === "question";
  const isLimit = asked.kind === "limit";

  const resolve = (decision: Resolution["decision"]) =>
    doing.run(async () => {
      await post(`/inbox/${encodeURIComponent(asked.id)}/resolve`, {
        decision,
        text: decision === "deny" ? "" : text.trim(),
      });
      setText("");
      onDone();
    });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isQuestion && !text.trim()) form.current?.querySelector("textarea")?.focus();
    else void resolve(isQuestion ? "answer" : "approve");
  };

  return (
    <form ref={form} className="ask" onSubmit={submit} aria-label={asked.text}>
      <div className="askkind">
        {isQuestion ? words.ask.question : isLimit ? words.ask.limit : words.ask.other}
      </div>
      <p className="asktext" dir="auto">
        {asked.text}
      </p>
      {asked.answered ? (
        <p className="soft">{words.ask.answered}</p>
      ) : isQuestion ? (
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
          <button className="main" data-key="approve" disabled={doing.busy}>
            {words.ask.send}
          </button>
        </div>
      ) : (
        <div className="askrow">
          {isLimit && (
            <label className="inline">
              {words.ask.raise}
              <input
                data-key="edit"
                size={10}
                value={text}
                placeholder={words.ask.raiseHint}
                title={words.ask.forms}
                onChange={(event) => setText(event.target.value)}
              />
            </label>
          )}
          <button className="main" data-key="approve" disabled={doing.busy}>
            {isLimit ? words.ask.approve : words.ask.allow}
          </button>
          <button type="button" data-key="deny" disabled={doing.busy} onClick={() => void resolve("deny")}>
            {isLimit ? words.ask.deny : words.ask.refuse}
          </button>
        </div>
      )}
      {doing.trouble && <Notice trouble={doing.trouble} />}
    </form>
  );
}
