/** For who came without the token. */
import { useState, type FormEvent } from "react";

import { signIn } from "../api";
import { useWords } from "../words";

export function SignIn({ onDone }: { onDone: () => void }) {
  const words = useWords();
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState(false);
  const enter = async (event: FormEvent) => {
    event.preventDefault();
    const token = /[#&]t=([^&\s]+)/.exec(text)?.[1] ?? text.trim();
    if (await signIn(token).catch(() => false)) onDone();
    else setWrong(true);
  };
  return (
    <main className="signin">
      <form onSubmit={enter} className="card">
        <h1>
          <img src="/icon.svg" alt="" width="28" height="28" /> {words.token.title}
        </h1>
        <p>{words.token.why}</p>
        <label htmlFor="token">{words.token.label}</label>
        <input
          id="token"
          autoComplete="off"
          spellCheck={false}
          autoFocus
          value={text}
          aria-invalid={wrong}
          onChange={(event) => setText(event.target.value)}
        />
        {wrong && (
          <p className="notice" role="alert">
            {words.token.wrong}
          </p>
        )}
        <button className="main" disabled={!text.trim()}>
          {words.token.enter}
        </button>
      </form>
    </main>
  );
}
