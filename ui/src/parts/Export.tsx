/** A run as a file. */
import { useId } from "react";

import { API, save } from "../api";
import { useWords } from "../words";
import { useDoing } from "./doing";
import { Notice } from "./Notice";

const LINKS = ["html", "md", "json"] as const;

export function Export({ run }: { run: string }) {
  const words = useWords();
  const doing = useDoing();
  const menu = useId();
  const print = () => void doing.run(() => save(`/runs/${run}/export/pdf`, `${run}.pdf`));
  return (
    <>
      <button type="button" data-hotkey="e" popoverTarget={menu}>
        {words.run.export}
      </button>
      <div id={menu} popover="auto" className="menu">
        {LINKS.map((format) => (
          <a key={format} href={`${API}/runs/${run}/export/${format}`} download={`${run}.${format}`}>
            {words.run.exports[format]}
          </a>
        ))}
        <button type="button" disabled={doing.busy} onClick={print}>
          {doing.busy ? words.run.printing : words.run.exports.pdf}
        </button>
        {doing.trouble && <Notice trouble={doing.trouble} />}
      </div>
    </>
  );
}
