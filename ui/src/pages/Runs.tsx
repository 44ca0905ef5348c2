/** All runs, the newest first, a page at a time. */
import { useState } from "react";

import { ago, flat, moment, number } from "../format";
import { useLoaded } from "../live/load";
import { useNow } from "../live/live";
import { Link } from "../parts/Link";
import { Loading, Notice } from "../parts/Notice";
import { State } from "../parts/State";
import { useAddress } from "../route";
import type { Run, Runs as Page } from "../shapes";
import { useWords } from "../words";

const PAGE = 50;

export function Runs() {
  const words = useWords();
  const before = useAddress().searchParams.get("before");
  const page = useLoaded<Page>(
    `/runs?limit=${PAGE}${before ? `&before=${encodeURIComponent(before)}` : ""}`,
    true,
    1000,
  );
  const [filter, setFilter] = useState("");
  const all = page.data?.runs ?? [];
  const fits = (run: Run) =>
    `${run.goal} ${run.model} ${run.id} ${run.status} ${run.ending}`
      .toLowerCase()
      .includes(filter.trim().toLowerCase());
  const shown = all.filter(fits);
  return (
    <>
      <div className="pagehead">
        <h1>{words.runs.title}</h1>
        <input
          type="search"
          aria-label={words.runs.filter}
          placeholder={words.runs.filter}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      </div>
      {page.trouble && <Notice trouble={page.trouble} again={page.again} />}
      {!page.data && !page.trouble && <Loading />}
      {page.data && !shown.length && (
        <p className="empty">{all.length ? words.runs.none : words.runs.empty}</p>
      )}
      {shown.length > 0 && <Table runs={shown} />}
      <div className="pager">
        {before && <Link href="/runs">← {words.common.newest}</Link>}
        {page.data?.cursor && <Link href={`/runs?before=${page.data.cursor}`}>{words.common.more} →</Link>}
      </div>
    </>
  );
}

function Table({ runs }: { runs: Run[] }) {
  const words = useWords();
  return (
    <div className="card tablebox">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{words.runs.state}</th>
            <th scope="col">{words.runs.goal}</th>
            <th scope="col" className="extra">
              {words.runs.model}
            </th>
            <th scope="col" className="extra end">
              {words.runs.events}
            </th>
            <th scope="col" className="end begun">
              {words.runs.begun}
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <td>
                <State run={run} />
              </td>
              <td className="goalcell">
                <Link href={`/runs/${run.id}`} dir="auto">
                  {flat(run.goal)}
                </Link>
                <Begun run={run} />
              </td>
              <td className="extra soft modelcell">{run.model}</td>
              <td className="extra end soft">{number(run.events, words.code)}</td>
              <td className="end soft begun">
                <Begun run={run} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Begun({ run }: { run: Run }) {
  const words = useWords();
  const now = useNow(15_000);
  const day = new Date(run.started_at * 1000).toISOString();
  return (
    <time className="soft" title={moment(run.started_at, words.code)} dateTime={day}>
      {ago(run.started_at, now, words.code)}
    </time>
  );
}
