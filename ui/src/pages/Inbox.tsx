/** All that waits for a person, of all runs. */
import { useRef, type KeyboardEvent } from "react";

import { useLoaded } from "../live/load";
import { Ask } from "../parts/Ask";
import { Link } from "../parts/Link";
import { Loading, Notice } from "../parts/Notice";
import type { Asked } from "../shapes";
import { useWords } from "../words";

export function Inbox() {
  const words = useWords();
  const inbox = useLoaded<{ asked: Asked[] }>("/inbox", true, 600);
  const list = useRef<HTMLUListElement>(null);
  const asked = inbox.data?.asked ?? [];

  const key = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    if (target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    const items = [...(list.current?.children ?? [])] as HTMLElement[];
    const here = items.findIndex((item) => item.contains(target));
    const move = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    const button = { a: "approve", d: "deny", e: "edit" }[event.key];
    if (move) items[Math.max(0, Math.min(items.length - 1, here + move))]?.focus();
    else if (button && here >= 0) {
      const found = items[here]!.querySelector<HTMLElement>(`[data-key="${button}"]`);
      if (button === "edit") found?.focus();
      else found?.click();
    } else return;
    event.preventDefault();
  };
  return (
    <>
      <div className="pagehead">
        <h1>{words.inbox.title}</h1>
        {asked.length > 0 && <span className="soft keys">{words.inbox.keys}</span>}
      </div>
      {inbox.trouble && <Notice trouble={inbox.trouble} again={inbox.again} />}
      {!inbox.data && !inbox.trouble && <Loading />}
      {inbox.data && !asked.length && <p className="empty">{words.inbox.empty}</p>}
      <ul className="inbox" ref={list} onKeyDown={key}>
        {asked.map((one, index) => (
          <li key={one.id} className="card waiting" tabIndex={index ? -1 : 0}>
            <Link className="goal" href={`/runs/${one.run}`} dir="auto">
              {one.goal}
            </Link>
            <Ask asked={one} onDone={inbox.again} />
          </li>
        ))}
      </ul>
    </>
  );
}
