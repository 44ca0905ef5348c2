/** What else there is to know about a run: assumptions, what was noticed, where it works. */
import type { ReactNode } from "react";

import { compact, moment, number } from "../format";
import type { Ending, Snapshot } from "../shapes";
import { useWords } from "../words";
import { Link } from "./Link";

export function Facts({ shot }: { shot: Snapshot }) {
  const words = useWords();
  const noticed = Object.entries(shot.noticed);
  return (
    <>
      <Some
        title={words.run.assumed}
        items={shot.assumptions.map((one) => (
          <>
            <span dir="auto">{one.text}</span>{" "}
            <span className="soft">
              ({words.run.unsure[one.confidence]}
              {one.reversible ? "" : `, ${words.run.final}`})
            </span>
          </>
        ))}
      />
      <Some title={words.run.said} items={shot.said} />
      <Some title={words.run.deadEnds} items={shot.dead_ends} />
      <Some
        title={words.run.noticed}
        items={noticed.map(
          ([what, times]) => `${what.replaceAll("_", " ")} ${words.run.noticedTimes(times)}`,
        )}
      />
      <Some
        title={words.run.children}
        items={shot.children.map((child) => (
          <Link href={`/runs/${child.id}`}>
            {child.goal}{" "}
            <span className="soft">({words.ending[child.ending as Ending] ?? words.run.back})</span>
          </Link>
        ))}
      />
      <Some
        title={words.run.sources}
        items={shot.sources.map((one) => (
          <>
            {/^https?:/.test(one.url) ? (
              <a href={one.url} target="_blank" rel="noreferrer noopener">
                {one.title || one.url}
              </a>
            ) : (
              one.title || one.url
            )}{" "}
            <span className="soft">({moment(one.at, words.code)})</span>
          </>
        ))}
      />
      <section className="panel">
        <dl className="facts">
          <dt>{words.run.model}</dt>
          <dd>{shot.run.model}</dd>
          <dt>{words.run.workspace}</dt>
          <dd className="path">{shot.workspace}</dd>
          <dt>{words.limit.tokens}</dt>
          <dd>
            {words.call.tokens(compact(shot.usage.input, words.code), compact(shot.usage.output, words.code))}
          </dd>
          <dt>{words.runs.events}</dt>
          <dd>{number(shot.seq, words.code)}</dd>
        </dl>
      </section>
    </>
  );
}

function Some({ title, items }: { title: string; items: ReactNode[] }) {
  if (!items.length) return null;
  return (
    <section className="panel">
      <h2>{title}</h2>
      <ul className="plain">
        {items.map((item, index) => (
          <li key={index} dir="auto">
            {item}
          </li>
        ))}
      </ul>
    </section>
  );
}
