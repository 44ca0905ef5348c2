/** A run as it stood after any of its events. */
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";

import { get, post } from "../api";
import { rowsOf } from "../events/rows";
import type { Event } from "../events/shapes";
import { number } from "../format";
import { useLoaded } from "../live/load";
import { useDoing } from "../parts/doing";
import { Facts } from "../parts/Facts";
import { Link } from "../parts/Link";
import { Meters } from "../parts/Meters";
import { Loading, Notice, Unknown } from "../parts/Notice";
import { DoneWhen, Plan } from "../parts/Plan";
import { RowLine } from "../parts/Row";
import { State } from "../parts/State";
import { ask, go, useAddress } from "../route";
import type { Run, Snapshot } from "../shapes";
import { useWords } from "../words";

const BEFORE = 40;
const SETTLE_MS = 90;
const SPEEDS = [1, 4, 16];

export function Replay({ id }: { id: string }) {
  const run = useLoaded<Run>(`/runs/${id}`);
  if (run.trouble && !run.data) return <Unknown trouble={run.trouble} again={run.again} />;
  if (!run.data) return <Loading />;
  return <Shown run={run.data} />;
}

function Shown({ run }: { run: Run }) {
  const words = useWords();
  const last = run.events;
  const asked = Number(useAddress().searchParams.get("at"));
  const at = Number.isInteger(asked) && asked >= 1 ? Math.min(asked, last) : last;
  const settled = useSettled(at);
  const shot = useLatest<Snapshot>(`/runs/${run.id}/snapshot?at=${settled}`);
  const from = Math.max(0, settled - BEFORE);
  const page = useLatest<{ events: Event[] }>(`/runs/${run.id}/events?after=${from}&limit=${settled - from}`);
  const rows = useMemo(() => rowsOf(page?.events ?? []).reverse(), [page]);
  const [open, setOpen] = useState<number | null>(null);
  const doing = useDoing();
  const fork = () =>
    void doing.run(async () => {
      const made = await post<{ id: string }>(`/runs/${run.id}/fork`, { at: `e${at}` });
      go(`/runs/${made.id}`);
    });
  return (
    <div className="run replay">
      <div className="runhead">
        <div className="runtitle">
          {shot && <State run={shot.run} />}
          <h1 dir="auto" title={run.goal}>
            {run.goal}
          </h1>
          <div className="steering">
            <button type="button" disabled={doing.busy} onClick={fork}>
              {words.replay.fork}
            </button>
            <Link className="button" href={`/runs/${run.id}`}>
              {words.replay.leave}
            </Link>
            {doing.trouble && <Notice trouble={doing.trouble} />}
          </div>
        </div>
        {shot && <Meters shot={shot} />}
        <Scrubber at={at} last={last} />
      </div>
      <aside tabIndex={0} className="left" aria-label={words.run.plan}>
        {shot && <Plan shot={shot} />}
      </aside>
      <section className="middle" aria-label={words.replay.event}>
        <div className="scroll still" tabIndex={0} role="list" aria-label={words.run.timeline}>
          {rows.map((row) => (
            <div key={row.seq} role="listitem">
              <RowLine
                row={row}
                open={open === row.seq}
                onToggle={(seq) => setOpen(open === seq ? null : seq)}
              />
            </div>
          ))}
        </div>
      </section>
      <aside tabIndex={0} className="right" aria-label={words.run.criteria}>
        {shot && (
          <>
            <DoneWhen shot={shot} />
            <Facts shot={shot} />
          </>
        )}
      </aside>
    </div>
  );
}

function Scrubber({ at, last }: { at: number; last: number }) {
  const words = useWords();
  const [speed, setSpeed] = useState(0);
  const to = (place: number) => ask({ at: String(Math.max(1, Math.min(last, place))) }, "replace");
  useEffect(() => {
    if (!speed) return;
    if (at >= last) {
      setSpeed(0);
      return;
    }
    const timer = setTimeout(() => to(at + 1), 1000 / speed);
    return () => clearTimeout(timer);
  });
  const key = (event: KeyboardEvent) => {
    if (event.key !== " " || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    setSpeed(speed ? 0 : 4);
  };
  const play = () => {
    if (at >= last) to(1);
    setSpeed(speed ? 0 : 4);
  };
  return (
    <div className="scrubber" onKeyDown={key}>
      <button type="button" aria-label={words.replay.first} onClick={() => to(1)}>
        ⇤
      </button>
      <button type="button" aria-label={words.replay.back} onClick={() => to(at - 1)}>
        ←
      </button>
      <button type="button" className="play" onClick={play}>
        {speed ? words.replay.halt : words.replay.play}
      </button>
      <button type="button" aria-label={words.replay.next} onClick={() => to(at + 1)}>
        →
      </button>
      <button type="button" aria-label={words.replay.last} onClick={() => to(last)}>
        ⇥
      </button>
      <input
        type="range"
        min={1}
        max={last}
        value={at}
        aria-label={words.replay.position}
        aria-valuetext={words.replay.of(number(at, words.code), number(last, words.code))}
        onChange={(event) => to(event.target.valueAsNumber)}
      />
      <span className="soft place">{words.replay.of(number(at, words.code), number(last, words.code))}</span>
      <select
        aria-label={words.replay.speed}
        value={speed || 4}
        onChange={(event) => setSpeed(Number(event.target.value))}
      >
        {SPEEDS.map((one) => (
          <option key={one} value={one}>
            {one}×
          </option>
        ))}
      </select>
    </div>
  );
}

/** A value that has not changed for a moment, so that not every place on the way is asked for. */
function useSettled(value: number): number {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** The newest answer there is: what was shown before stays until it comes. */
function useLatest<T>(path: string): T | null {
  const [data, setData] = useState<T | null>(null);
  const wanted = useRef(path);
  useEffect(() => {
    wanted.current = path;
    const control = new AbortController();
    get<T>(path, control.signal).then(
      (found) => wanted.current === path && setData(found),
      () => undefined,
    );
    return () => control.abort();
  }, [path]);
  return data;
}
