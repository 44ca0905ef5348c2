/** What runs have learnt: look, search by meaning, put right, forget. */
import { useEffect, useState, type FormEvent } from "react";

import { patch, remove } from "../api";
import { ago, moment } from "../format";
import { useNow } from "../live/live";
import { useLoaded } from "../live/load";
import { useDoing } from "../parts/doing";
import { Link } from "../parts/Link";
import { Loading, Notice } from "../parts/Notice";
import { ask, useAddress } from "../route";
import type { MemoryDetail, MemoryRecord } from "../shapes";
import { useWords } from "../words";

const TYPED_MS = 300;

export function Memory() {
  const words = useWords();
  const query = useAddress().searchParams;
  const wanted = query.get("q") ?? "";
  const past = query.get("past") === "1";
  const chosen = query.get("record");
  const [text, setText] = useState(wanted);
  useEffect(() => {
    if (text === wanted) return;
    const due = setTimeout(() => ask({ q: text || null, record: null }, "replace"), TYPED_MS);
    return () => clearTimeout(due);
  }, [text, wanted]);
  const path = `/memory?limit=200&q=${encodeURIComponent(wanted)}&history=${past}`;
  const found = useLoaded<{ records: MemoryRecord[] }>(path, true, 3_000);
  const records = found.data?.records ?? [];
  return (
    <>
      <div className="pagehead">
        <h1>{words.memory.title}</h1>
        <label className="check">
          <input
            type="checkbox"
            checked={past}
            onChange={(event) => ask({ past: event.target.checked ? "1" : null }, "replace")}
          />
          {words.memory.past}
        </label>
        <input
          type="search"
          data-hotkey="/"
          aria-label={words.memory.search}
          placeholder={words.memory.search}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      {found.trouble && <Notice trouble={found.trouble} again={found.again} />}
      {!found.data && !found.trouble && <Loading />}
      {found.data && !records.length && (
        <p className="empty">{wanted ? words.memory.none : words.memory.empty}</p>
      )}
      <ul className="memories">
        {records.map((one) => (
          <li key={one.id} className={`card memory${one.holds ? "" : " past"}`}>
            <Line record={one} open={one.id === chosen} />
            {one.id === chosen && <Detail id={one.id} again={found.again} />}
          </li>
        ))}
      </ul>
    </>
  );
}

function Line({ record, open }: { record: MemoryRecord; open: boolean }) {
  const words = useWords();
  const now = useNow(60_000);
  const origin = record.own ? words.memory.own : record.trusted ? words.memory.run : words.memory.outside;
  return (
    <>
      <p dir="auto">{record.text}</p>
      <div className="soft memoryline">
        <span className={`state state-${record.trusted ? "over" : "waiting"}`}>
          {words.memory.kinds[record.kind]}
        </span>
        {!record.holds && <span className="state">{words.memory.old}</span>}
        <span>{origin}</span>
        {record.source && <span className="path">{record.source}</span>}
        {record.uses > 0 && <span>{words.memory.uses(record.uses, record.helped)}</span>}
        <time title={moment(record.at, words.code)} dateTime={new Date(record.at * 1000).toISOString()}>
          {ago(record.at, now, words.code)}
        </time>
        <button
          type="button"
          className="quiet"
          aria-expanded={open}
          onClick={() => ask({ record: open ? null : record.id })}
        >
          {open ? words.memory.less : words.memory.more}
        </button>
      </div>
    </>
  );
}

function Detail({ id, again }: { id: string; again: () => void }) {
  const words = useWords();
  const found = useLoaded<MemoryDetail>(`/memory/${encodeURIComponent(id)}`, false);
  if (found.trouble) return <Notice trouble={found.trouble} again={found.again} />;
  if (!found.data) return <Loading />;
  const { record, history, uses } = found.data;
  return (
    <div className="memorydetail">
      <dl className="facts">
        <dt>{words.memory.from}</dt>
        <dd>
          <Link href={`/runs/${record.run}?tab=timeline`}>{record.run}</Link>
        </dd>
        {history.length > 0 && <dt>{words.memory.before}</dt>}
        {history.map((one) => (
          <dd key={one.id} dir="auto">
            {one.text} <span className="soft">({moment(one.at, words.code)})</span>
          </dd>
        ))}
        {uses.length > 0 && <dt>{words.memory.usedIn}</dt>}
        {uses.map((one) => (
          <dd key={`${one.run}:${one.seq}`}>
            <Link href={`/runs/${one.run}/replay?at=${one.seq}`}>{one.run}</Link>{" "}
            <span className="soft">({moment(one.at, words.code)})</span>
          </dd>
        ))}
      </dl>
      {record.holds && <Change record={record} again={again} />}
    </div>
  );
}

function Change({ record, again }: { record: MemoryRecord; again: () => void }) {
  const words = useWords();
  const [text, setText] = useState(record.text);
  const [sure, setSure] = useState(false);
  const doing = useDoing();
  const path = `/memory/${encodeURIComponent(record.id)}`;
  const reword = (event: FormEvent) => {
    event.preventDefault();
    void doing.run(async () => {
      const changed = await patch<MemoryRecord>(path, { text });
      ask({ record: changed.id }, "replace");
      again();
    });
  };
  const forget = () =>
    void doing.run(async () => {
      await remove(path);
      ask({ record: null }, "replace");
      again();
    });
  return (
    <form onSubmit={reword}>
      {doing.trouble && <Notice trouble={doing.trouble} />}
      <label>
        <span className="soft">{words.memory.words}</span>
        <textarea
          rows={2}
          maxLength={2_000}
          value={text}
          dir="auto"
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <div className="buttons">
        <button className="main" disabled={doing.busy || !text.trim() || text.trim() === record.text}>
          {words.memory.keep}
        </button>
        <button
          type="button"
          className="danger"
          disabled={doing.busy}
          onClick={() => (sure ? forget() : setSure(true))}
          onBlur={() => setSure(false)}
        >
          {sure ? words.memory.sure : words.memory.forget}
        </button>
      </div>
    </form>
  );
}
