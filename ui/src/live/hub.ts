/** One stream for a whole browser: who follows what, and how far each has come. It runs in a shared
 *  worker, or in the page where there are none. A browser allows six streams to a server. */

export type Ask =
  { type: "follow"; /** Run -> last seq known. */ runs: Record<string, number> } | { type: "bye" };

export type News =
  | { type: "events"; /** JSON of a list of events, all of `run`. */ run: string; text: string }
  | { type: "changed" }
  | { type: "link"; up: boolean };

export interface Stream {
  onopen: (() => void) | null;
  onerror: (() => void) | null;
  readonly readyState: number;
  addEventListener(kind: string, heard: (message: { data: string; lastEventId: string }) => void): void;
  close(): void;
}

const CLOSED = 2;
const SETTLE_MS = 20;
const AGAIN_MS = 2_000;

type Tell = (news: News) => void;

export class Hub {
  private readonly members = new Map<object, { tell: Tell; runs: Map<string, number> }>();
  private stream: Stream | null = null;
  private followed = "";
  /** Null: neither open nor refused yet. */
  private up: boolean | null = null;
  private due: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly open: (path: string) => Stream) {}

  join(member: object, tell: Tell): void {
    this.members.set(member, { tell, runs: new Map() });
    if (this.up !== null) tell({ type: "link", up: this.up });
    this.settle();
  }

  hear(member: object, ask: Ask): void {
    const known = this.members.get(member);
    if (!known) return;
    if (ask.type === "bye") this.members.delete(member);
    else known.runs = new Map(Object.entries(ask.runs));
    this.settle();
  }

  private settle(after = SETTLE_MS): void {
    clearTimeout(this.due);
    this.due = setTimeout(() => this.reopen(), after);
  }

  /** The stream, from the earliest place that anybody needs. */
  private reopen(): void {
    const places = new Map<string, number>();
    for (const { runs } of this.members.values()) {
      for (const [run, seq] of runs) places.set(run, Math.min(seq, places.get(run) ?? seq));
    }
    const wanted = [...places].map(([run, seq]) => `${run}:${seq}`).sort();
    const path = `/api/v1/events/stream?runs=${encodeURIComponent(wanted.join(","))}`;
    const alive = this.stream !== null && this.stream.readyState !== CLOSED;
    if (alive && path === this.followed && this.members.size) return;
    this.stream?.close();
    this.stream = null;
    this.followed = path;
    if (this.members.size) this.listen(path);
  }

  private listen(path: string): void {
    const stream = this.open(path);
    this.stream = stream;
    stream.onopen = () => this.link(true);
    stream.onerror = () => {
      this.link(false);
      if (stream === this.stream && stream.readyState === CLOSED) this.settle(AGAIN_MS);
    };
    stream.addEventListener("changed", () => this.tellAll({ type: "changed" }));
    stream.addEventListener("events", ({ data }) => this.deal(data));
  }

  private deal(text: string): void {
    const events = JSON.parse(text) as { run: string; seq: number }[];
    const last = events[events.length - 1];
    if (!last) return;
    for (const { tell, runs } of this.members.values()) {
      const known = runs.get(last.run);
      if (known === undefined || known >= last.seq) continue;
      runs.set(last.run, last.seq);
      tell({ type: "events", run: last.run, text });
    }
  }

  private link(up: boolean): void {
    this.up = up;
    this.tellAll({ type: "link", up });
  }

  private tellAll(news: News): void {
    for (const { tell } of this.members.values()) tell(news);
  }
}
