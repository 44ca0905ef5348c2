/** Say something to the agent, at any time. */
import { useState, type FormEvent, type KeyboardEvent } from "react";

import { post } from "../api";
import { useWords } from "../words";
import { useDoing } from "./doing";
import { Notice } from "./Notice";

export function Composer({ run }: { run: string }) {
  const words = useWords();
  const draft = `selfstarter.say.${run}`;
  const [text, setText] = useState(() => sessionStorage.getItem(draft) ?? "");
  const [said, setSaid] = useState(false);
  const doing = useDoing();

  const write = (to: string) => {
    setText(to);
    setSaid(false);
    sessionStorage.setItem(draft, to);
  };
  const send = (event?: FormEvent) => {
    event?.preventDefault();
    if (!text.trim()) return;
    void doing.run(async () => {
      await post(`/runs/${run}/commands`, { type: "say", text: text.trim() });
      write("");
      setSaid(true);
    });
  };
  const key = (event: KeyboardEvent) => {
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      send();
    }
  };
  return (
    <form className="composer" onSubmit={send}>
      {doing.trouble && <Notice trouble={doing.trouble} />}
      <textarea
        id="say"
        data-hotkey="s"
        rows={1}
        value={text}
        aria-label={words.say.label}
        aria-describedby="say-hint"
        placeholder={`${words.say.label} …`}
        onChange={(event) => write(event.target.value)}
        onKeyDown={key}
      />
      <button className="main" disabled={doing.busy || !text.trim()}>
        {words.say.send}
      </button>
      <span id="say-hint" className="soft hint" role="status">
        {said ? words.say.sent : words.say.hint}
      </span>
    </form>
  );
}
