/** One row of the timeline: a line, and what can be opened below it. */
import { memo } from "react";

import { argsOf, lineOf, type Tone } from "../events/words";
import type { CallRow, Row } from "../events/rows";
import { clock, compact, flat, length, money } from "../format";
import { useWords } from "../words";

const MARKS: Record<Tone, string> = { plain: "·", good: "✓", bad: "✗", warn: "!", you: "›", mind: "◇" };
const SHOWN = 20_000;

export interface RowShown {
  row: Row;
  open: boolean;
  onToggle: (seq: number) => void;
}

export const RowLine = memo(function RowLine({ row, open, onToggle }: RowShown) {
  return row.type === "call" ? (
    <Call row={row} open={open} onToggle={onToggle} />
  ) : (
    <Note row={row} open={open} onToggle={onToggle} />
  );
});

function Note({ row, open, onToggle }: RowShown & { row: Row & { type: "note" } }) {
  const words = useWords();
  const { label, text, tone, more } = lineOf(row.event, words);
  return (
    <Line
      at={row.at}
      seq={row.seq}
      tone={tone}
      mark={MARKS[tone]}
      label={label}
      text={text}
      open={open}
      onToggle={more.length ? onToggle : undefined}
    >
      {more.map((part, index) => (
        <p key={index} className="said" dir="auto">
          {part.slice(0, SHOWN)}
        </p>
      ))}
    </Line>
  );
}

function Call({ row, open, onToggle }: RowShown & { row: CallRow }) {
  const words = useWords();
  const { chosen, returned, asked } = row;
  const failed = returned !== null && returned.status !== "ok" && returned.status !== "empty";
  const tone: Tone = !returned ? "plain" : returned.refused ? "warn" : failed ? "bad" : "good";
  const came = !returned ? "" : returned.error || returned.output;
  const state = !returned
    ? words.event.running
    : returned.refused
      ? words.event.refused
      : words.call.status[returned.status];
  const meta = returned && returned.duration_s >= 0.05 ? length(returned.duration_s) : "";
  return (
    <Line
      at={row.at}
      seq={row.seq}
      tone={tone}
      mark={returned ? MARKS[tone] : "◐"}
      label={chosen.tool}
      code
      text={argsOf(chosen.args) || flat(came, 160)}
      state={state}
      meta={meta}
      below={failed || returned?.refused ? flat(came, 160) : ""}
      open={open}
      onToggle={onToggle}
    >
      {chosen.thought && (
        <Piece name={words.call.thought}>
          <p className="said" dir="auto">
            {chosen.thought}
          </p>
        </Piece>
      )}
      {Object.entries(chosen.args).map(([name, value]) => (
        <Piece key={name} name={name}>
          <pre tabIndex={0} dir="auto">
            {(typeof value === "string" ? value : JSON.stringify(value, null, 2)).slice(0, SHOWN)}
          </pre>
        </Piece>
      ))}
      {returned?.error && (
        <Piece name={words.call.error}>
          <pre className="wrong" tabIndex={0} dir="auto">
            {returned.error.slice(0, SHOWN)}
          </pre>
        </Piece>
      )}
      {returned?.output && (
        <Piece name={words.call.output}>
          <pre tabIndex={0} dir="auto">
            {returned.output.slice(0, SHOWN)}
          </pre>
        </Piece>
      )}
      {returned && returned.changed.length > 0 && (
        <Piece name={words.call.changed}>
          <p className="said">{returned.changed.map(([path]) => path).join(", ")}</p>
        </Piece>
      )}
      {asked && (
        <p className="soft">
          {words.call.tokens(compact(asked.input, words.code), compact(asked.output, words.code))}
          {asked.cost_usd ? ` · ${money(asked.cost_usd, words.code)}` : ""}
          {asked.duration_s >= 0.05 ? ` · ${length(asked.duration_s)}` : ""}
        </p>
      )}
    </Line>
  );
}

function Piece({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="piece">
      <div className="name">{name}</div>
      {children}
    </div>
  );
}

interface LineShown {
  at: number;
  seq: number;
  tone: Tone;
  mark: string;
  label: string;
  code?: boolean;
  text: string;
  state?: string;
  meta?: string;
  below?: string;
  open: boolean;
  onToggle: ((seq: number) => void) | undefined;
  children: React.ReactNode;
}

function Line({
  at,
  seq,
  tone,
  mark,
  label,
  code,
  text,
  state,
  meta,
  below,
  open,
  onToggle,
  children,
}: LineShown) {
  const words = useWords();
  const inside = (
    <>
      <span className="mark" aria-hidden="true">
        {mark}
      </span>
      <span className={code ? "label code" : "label"}>{label}</span>
      {state && <span className="hidden">({state})</span>}
      <span className="text" dir="auto">
        {text}
      </span>
      <span className="meta">{meta}</span>
      <time dateTime={new Date(at * 1000).toISOString()}>{clock(at, words.code)}</time>
      {below && (
        <span className="below" dir="auto">
          {below}
        </span>
      )}
    </>
  );
  return (
    <div className={`row tone-${tone}`}>
      {onToggle ? (
        <button type="button" className="line" aria-expanded={open} onClick={() => onToggle(seq)}>
          {inside}
        </button>
      ) : (
        <div className="line">{inside}</div>
      )}
      {open && <div className="opened">{children}</div>}
    </div>
  );
}
