/** The page of one run: what it is after, how it stands, all that happened, and the ways to steer it. */
import { useEffect, useMemo, useState, type ReactNode } from "react";

import { rowsOf } from "../events/rows";
import { length } from "../format";
import { useJournal } from "../live/journal";
import { useNow } from "../live/live";
import { useLoaded } from "../live/load";
import { Markdown } from "../markdown/Markdown";
import { Announce } from "../parts/announce";
import { Ask } from "../parts/Ask";
import { Changes } from "../parts/Changes";
import { Composer } from "../parts/Composer";
import { Course } from "../parts/Course";
import { Facts } from "../parts/Facts";
import { Files } from "../parts/Files";
import { Link } from "../parts/Link";
import { Meters } from "../parts/Meters";
import { Loading, Notice, Unknown } from "../parts/Notice";
import { DoneWhen, Plan } from "../parts/Plan";
import { State, wordFor } from "../parts/State";
import { Steering } from "../parts/Steering";
import { Tabs } from "../parts/Tabs";
import { Timeline } from "../parts/Timeline";
import { useAddress } from "../route";
import type { Asked, Snapshot } from "../shapes";
import { useWords } from "../words";

export function RunPage({ id }: { id: string }) {
  const words = useWords();
  const shot = useLoaded<Snapshot>(`/runs/${id}/snapshot`);
  useEffect(() => {
    if (shot.data)
      document.title = `${wordFor(shot.data.run, words)} · ${shot.data.run.goal.slice(0, 60)} · Selfstarter`;
  }, [shot.data, words]);
  if (shot.trouble && !shot.data) return <Unknown trouble={shot.trouble} again={shot.again} />;
  if (!shot.data) return <Loading />;
  return <Shown shot={shot.data} again={shot.again} />;
}

function Shown({ shot, again }: { shot: Snapshot; again: () => void }) {
  const words = useWords();
  const { run } = shot;
  const query = useAddress().searchParams;
  const tab = query.get("tab") ?? (run.status === "ended" ? "report" : "timeline");
  const ended = run.status === "ended";
  const inbox = useLoaded<{ asked: Asked[] }>(shot.waits_for ? "/inbox" : null);
  const asked = inbox.data?.asked.filter((one) => one.run === run.id) ?? [];
  const refresh = () => {
    inbox.again();
    again();
  };
  return (
    <div className={`run tab-${tab}`}>
      <Announce steps={shot.usage.steps} state={wordFor(run, words)} />
      <div className="runhead">
        <div className="runtitle">
          <State run={run} />
          <h1 dir="auto" title={run.goal}>
            {run.goal}
          </h1>
          <Steering shot={shot} onDone={refresh} />
        </div>
        <Meters shot={shot} />
        {shot.paused && !ended && (
          <p className="why">
            <span dir="auto">{shot.paused}</span>
          </p>
        )}
        {ended && shot.reason && (
          <p className="why">
            <span dir="auto">{shot.reason}</span>
          </p>
        )}
      </div>
      {shot.waits_for && (
        <div className="asks">
          {asked.map((one) => (
            <Ask key={one.id} asked={one} onDone={refresh} />
          ))}
          {!inbox.data && <p className="asktext">{shot.waits_for}</p>}
        </div>
      )}
      <Tabs
        label={words.run.tabs}
        chosen={tab}
        names={[
          ["plan", words.run.plan, true],
          ["timeline", words.run.timeline, false],
          ["report", words.run.report, false],
          [
            "files",
            shot.files.length
              ? `${words.run.files} (${shot.files.filter((file) => !file.removed).length})`
              : words.run.files,
            false,
          ],
          ["changes", words.run.changes, false],
          ["course", words.run.course, false],
        ]}
      />
      <aside tabIndex={0} className="left" aria-label={words.run.plan}>
        <Plan shot={shot} />
      </aside>
      <div className="middle" role="region" aria-label={words.run.view}>
        <View tab={tab} shot={shot} file={query.get("file")} />
      </div>
      <aside tabIndex={0} className="right" aria-label={words.run.criteria}>
        <DoneWhen shot={shot} />
        <Facts shot={shot} />
      </aside>
      {!ended && <Composer run={run.id} />}
    </div>
  );
}

function View({ tab, shot, file }: { tab: string; shot: Snapshot; file: string | null }): ReactNode {
  switch (tab) {
    case "report":
      return <Report shot={shot} />;
    case "files":
      return <Files shot={shot} chosen={file} />;
    case "changes":
      return <Changes shot={shot} />;
    case "course":
      return <Going shot={shot} />;
    default:
      return <Events shot={shot} />;
  }
}

function Events({ shot }: { shot: Snapshot }) {
  const words = useWords();
  const { run } = shot;
  const [first] = useState(shot.seq);
  const journal = useJournal(run.id, first);
  const rows = useMemo(() => rowsOf(journal.events), [journal.events]);
  const now = useNow(1_000);
  const last = journal.events[journal.events.length - 1];
  const since = last ? Math.max(0, now - last.at) : 0;
  const what = shot.doing ? words.run.doing(shot.doing) : words.run.thinking;
  const doing =
    run.status === "running" ? `${what}${since >= 2 ? ` · ${length(Math.floor(since))}` : ""}` : "";
  return (
    <>{journal.events.length ? <Timeline rows={rows} whole={journal.whole} doing={doing} /> : <Loading />}</>
  );
}

function Going({ shot }: { shot: Snapshot }) {
  const [first] = useState(shot.seq);
  const journal = useJournal(shot.run.id, first);
  return journal.whole ? <Course events={journal.events} shot={shot} /> : <Loading />;
}

function Report({ shot }: { shot: Snapshot }) {
  const words = useWords();
  const report = useLoaded<{ text: string }>(
    `/runs/${shot.run.id}/report`,
    shot.run.status !== "ended",
    1500,
  );
  if (report.trouble) return <Notice trouble={report.trouble} again={report.again} />;
  if (!report.data) return <Loading />;
  if (!report.data.text) return <p className="empty">{words.run.noReport}</p>;
  return (
    <div className="reading">
      <Markdown text={report.data.text} />
      <p className="soft">
        <Link href={`/runs/${shot.run.id}/replay`}>{words.run.replay}</Link>
      </p>
    </div>
  );
}
