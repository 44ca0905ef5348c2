/** The run's folder, and what is in a file of it. */
import { useEffect, useState } from "react";

import { API, textOf } from "../api";
import { rowsOf } from "../csv";
import { useLoaded } from "../live/load";
import { Markdown } from "../markdown/Markdown";
import type { Snapshot } from "../shapes";
import { useWords } from "../words";
import { Link } from "./Link";

const LONGEST = 200_000;
const MOST_ROWS = 300;

export function Files({ shot, chosen }: { shot: Snapshot; chosen: string | null }) {
  const words = useWords();
  const found = useLoaded<{ files: string[] }>(`/runs/${shot.run.id}/files`, true, 1500);
  const changed = new Map(shot.files.map((file) => [file.path, file.removed]));
  const all = found.data?.files ?? [];
  const other = all.filter((path) => !changed.has(path));
  if (found.data && !all.length && !changed.size) return <p className="empty">{words.run.noFiles}</p>;
  return (
    <div className={chosen ? "files chosen" : "files"}>
      <nav className="filelist" aria-label={words.run.files}>
        {changed.size > 0 && <h3>{words.run.changedFiles}</h3>}
        <List paths={[...changed.keys()]} gone={(path) => changed.get(path) ?? false} chosen={chosen} />
        {other.length > 0 && changed.size > 0 && <h3>{words.run.otherFiles}</h3>}
        <List paths={other} gone={() => false} chosen={chosen} />
      </nav>
      <div className="fileview">
        {chosen === null ? (
          <p className="empty">{words.run.choose}</p>
        ) : (
          <File key={chosen} run={shot.run.id} path={chosen} version={shot.seq} />
        )}
      </div>
    </div>
  );
}

function List({
  paths,
  gone,
  chosen,
}: {
  paths: string[];
  gone: (path: string) => boolean;
  chosen: string | null;
}) {
  const words = useWords();
  return (
    <ul>
      {paths.map((path) => (
        <li key={path}>
          {gone(path) ? (
            <span className="gone">
              <s>{path}</s> <span className="soft">{words.run.removed}</span>
            </span>
          ) : (
            <Link
              href={`?tab=files&file=${encodeURIComponent(path)}`}
              aria-current={path === chosen ? "true" : undefined}
            >
              {path}
            </Link>
          )}
        </li>
      ))}
    </ul>
  );
}

function File({ run, path, version }: { run: string; path: string; version: number }) {
  const words = useWords();
  const address = `/runs/${run}/files/${path.split("/").map(encodeURIComponent).join("/")}`;
  return (
    <>
      <div className="filehead">
        <Link className="backlink" href="?tab=files" aria-label={words.run.files}>
          ‹
        </Link>
        <span className="path">{path}</span>
        <a href={API + address} target="_blank" rel="noreferrer">
          {words.run.open}
        </a>
      </div>
      <Content address={address} path={path} version={version} />
    </>
  );
}

function Content({ address, path, version }: { address: string; path: string; version: number }) {
  const words = useWords();
  const kind = path.toLowerCase().split(".").pop() ?? "";
  if (["png", "jpg", "jpeg", "gif", "webp", "svg", "avif"].includes(kind))
    return <img className="picture" src={API + address} alt={path} />;
  if (kind === "html" || kind === "htm")
    return <iframe className="frame" sandbox="" src={API + address} title={path} />;
  if (["pdf", "zip", "gz", "xlsx", "docx", "pptx", "sqlite", "db"].includes(kind))
    return <p className="empty">{words.run.tooBig}</p>;
  return <Words address={address} version={version} kind={kind} />;
}

function Words({ address, version, kind }: { address: string; version: number; kind: string }) {
  const words = useWords();
  const [text, setText] = useState<string | null | undefined>(undefined);
  useEffect(() => {
    const control = new AbortController();
    textOf(address, control.signal).then(setText, () => control.signal.aborted || setText(null));
    return () => control.abort();
  }, [address, version]);
  if (text === undefined) return <p className="empty">{words.common.loading}</p>;
  if (text === null) return <p className="empty">{words.run.tooBig}</p>;
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST)}\n…` : text;
  if (kind === "md" || kind === "markdown") return <Markdown text={shown} />;
  if (kind === "csv" || kind === "tsv") return <Table text={shown} />;
  return (
    <pre className="source" tabIndex={0} dir="auto">
      {shown}
    </pre>
  );
}

function Table({ text }: { text: string }) {
  const words = useWords();
  const [head = [], ...rows] = rowsOf(text, MOST_ROWS + 2);
  const shown = rows.slice(0, MOST_ROWS);
  return (
    <div className="markdown">
      <div className="wide" tabIndex={0} role="group" aria-label={words.run.table}>
        <table>
          <thead>
            <tr>
              {head.map((cell, column) => (
                <th key={column} scope="col">
                  {cell}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, index) => (
              <tr key={index}>
                {row.map((cell, column) => (
                  <td key={column} dir="auto">
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > shown.length && <p className="soft">{words.run.moreRows}</p>}
    </div>
  );
}
