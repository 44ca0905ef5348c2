import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Hub, type News, type Stream } from "../src/live/hub";

class Fake implements Stream {
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readyState = 1;
  heard = new Map<string, (message: { data: string; lastEventId: string }) => void>();
  constructor(readonly path: string) {}
  addEventListener(kind: string, heard: (message: { data: string; lastEventId: string }) => void) {
    this.heard.set(kind, heard);
  }
  close() {
    this.readyState = 2;
  }
  send(run: string, ...seqs: number[]) {
    this.heard.get("events")!({ data: JSON.stringify(seqs.map((seq) => ({ run, seq }))), lastEventId: "" });
  }
}

let streams: Fake[];
let hub: Hub;
const member = () => {
  const news: News[] = [];
  const id = {};
  hub.join(id, (one) => news.push(one));
  return { id, news, events: () => news.filter((one) => one.type === "events").map((one) => one.run) };
};
const open = () => streams.filter((one) => one.readyState !== 2);

beforeEach(() => {
  vi.useFakeTimers();
  streams = [];
  hub = new Hub((path) => (streams.push(new Fake(decodeURIComponent(path))), streams[streams.length - 1]!));
});
afterEach(() => vi.useRealTimers());

test("many pages share one stream, from the earliest place that any of them needs", () => {
  const [a, b] = [member(), member()];
  hub.hear(a.id, { type: "follow", runs: { r: 7, s: 1 } });
  hub.hear(b.id, { type: "follow", runs: { r: 4 } });
  vi.runAllTimers();
  expect(open().map((one) => one.path)).toEqual(["/api/v1/events/stream?runs=r:4,s:1"]);
});

test("each page hears of the runs that it follows", () => {
  const [a, b] = [member(), member()];
  hub.hear(a.id, { type: "follow", runs: { r: 0 } });
  hub.hear(b.id, { type: "follow", runs: { s: 0 } });
  vi.runAllTimers();
  open()[0]!.send("r", 1, 2);
  expect([a.events(), b.events()]).toEqual([["r"], []]);
});

test("a page that came later and knows more is not told what it knows", () => {
  const a = member();
  hub.hear(a.id, { type: "follow", runs: { r: 9 } });
  vi.runAllTimers();
  open()[0]!.send("r", 8, 9);
  open()[0]!.send("r", 10);
  expect(a.events()).toEqual(["r"]);
});

test("a stream that the server refused is opened again", () => {
  const a = member();
  vi.runAllTimers();
  const first = open()[0]!;
  first.close();
  first.onerror!();
  expect(a.news[a.news.length - 1]).toEqual({ type: "link", up: false });
  vi.advanceTimersByTime(5_000);
  expect(open()).toHaveLength(1);
  open()[0]!.onopen!();
  expect(a.news[a.news.length - 1]).toEqual({ type: "link", up: true });
});

test("when the last page is gone, so is the stream", () => {
  const a = member();
  vi.runAllTimers();
  hub.hear(a.id, { type: "bye" });
  vi.runAllTimers();
  expect(open()).toEqual([]);
});
