/** What the run changed in its folder, file by file. */
import { useState } from "react";

import { useLoaded } from "../live/load";
import type { Change, Snapshot } from "../shapes";
import { useWords } from "../words";
import { Loading, Notice } from "./Notice";

/** Files that are open from the start. */
const OPEN = 5;

export function Changes({ shot }: { shot: Snapshot }) {
  const words = useWords();
  const path = `/runs/${shot.run.id}/changes`;
  const found = useLoaded<{ files: Change[] }>(path, shot.run.status !== "ended", 1500);
  if (found.trouble) return <Notice trouble={found.trouble} again={found.again} />;
  if (!found.data) return <Loading />;
  const { files } = found.data;
  if (!files.length) return <p className="empty">{words.run.noChanges}</p>;
  return (
    <div className="reading changes">
      {files.map((file, index) => (
        <File key={file.path} file={file} first={index < OPEN} />
      ))}
    </div>
  );
}

function File({ file, first }: { file: Change; first: boolean }) {
  const words = useWords();
  const [open, setOpen] = useState(first);
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span dir="auto">{file.was ? `${file.was} → ${file.path}` : file.path}</span>{" "}
        <span className="soft">
          {words.run.how[file.how]}
          {file.diff && ` +${file.added} −${file.removed}`}
        </span>
      </summary>
      {file.note && <p className="soft">{file.note}</p>}
      {open && file.diff && (
        <pre className="diff" tabIndex={0} aria-label={file.path}>
          {file.diff
            .split("\n")
            .slice(2)
            .map((line, index) => (
              <span key={index} className={toneOf(line)}>
                {line + "\n"}
              </span>
            ))}
        </pre>
      )}
    </details>
  );
}

function toneOf(line: string): string {
  return line.startsWith("+") ? "plus" : line.startsWith("-") ? "minus" : line.startsWith("@") ? "soft" : "";
}
