/** One key for what is often wanted: whatever bears `data-hotkey` is clicked, or focused if it is written in. `?` shows
 *  those that the page has at this moment, so the list cannot be wrong. */
import { useEffect, useRef, useState } from "react";

import { useWords } from "../words";

type Key = { key: string; name: string };

export function Keys() {
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const [shown, setShown] = useState<Key[]>([]);

  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      // A dialog that has just been closed keeps the focus until the page is drawn again.
      if (target.closest("input, textarea, select, dialog[open]")) return;
      if (event.key === "?") {
        setShown(all());
        dialog.current?.showModal();
        return;
      }
      const found = document.querySelector<HTMLElement>(`[data-hotkey="${CSS.escape(event.key)}"]`);
      if (!found?.checkVisibility()) return;
      event.preventDefault();
      if (found.matches("input, textarea")) found.focus();
      else found.click();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);

  return (
    <dialog ref={dialog} className="keysheet" aria-labelledby="keysheet">
      <h2 id="keysheet">{words.keys.title}</h2>
      <dl>
        {shown.map(({ key, name }) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{name}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button className="main">{words.keys.close}</button>
      </form>
    </dialog>
  );
}

function all(): Key[] {
  const found = [...document.querySelectorAll<HTMLElement>("[data-hotkey]")].filter((one) =>
    one.checkVisibility(),
  );
  return found.map((one) => ({
    key: one.dataset.hotkey ?? "",
    name: one.getAttribute("aria-label") || one.dataset.name || one.textContent || "",
  }));
}
