/** How the run went: what was spent over its steps, what was reached over time. */
import { useMemo } from "react";

import { courseOf, thinned, type Point } from "../events/course";
import type { Event } from "../events/shapes";
import { compact, length, money, number } from "../format";
import type { Snapshot } from "../shapes";
import { useWords } from "../words";
import { Chart } from "./Chart";

const MOST = 400;

export function Course({ events, shot }: { events: readonly Event[]; shot: Snapshot }) {
  const words = useWords();
  const points = useMemo(() => thinned(courseOf(events), MOST), [events]);
  const last = points[points.length - 1];
  if (!last) return <p className="empty">{words.run.nothing}</p>;
  const over = (x: keyof Point, y: keyof Point) =>
    points.map((point): [number, number] => [point[x], point[y]]);
  const steps = (value: number) => words.course.step(number(value, words.code));
  const criteria = shot.criteria.length;
  return (
    <div className="course" tabIndex={0} role="group" aria-label={words.run.course}>
      <Chart
        title={words.course.progress}
        said={words.course.reached(last.done, last.tasks, last.passed, criteria)}
        lines={[
          {
            name: words.course.tasks,
            tone: "busy",
            points: points.map(({ after, done, tasks }) => [after, tasks ? done / tasks : 0]),
          },
          {
            name: words.course.criteria,
            tone: "good",
            points: points.map(({ after, passed }) => [after, criteria ? passed / criteria : 0]),
          },
        ]}
        x={length}
        y={() => "100 %"}
        top={1}
      />
      <Chart
        title={words.limit.tokens}
        said={words.course.after(compact(last.tokens, words.code), last.step)}
        lines={[{ name: words.limit.tokens, tone: "accent", points: over("step", "tokens") }]}
        x={steps}
        y={(value) => compact(value, words.code)}
      />
      {last.cost > 0 && (
        <Chart
          title={words.limit.cost}
          said={words.course.after(money(last.cost, words.code), last.step)}
          lines={[{ name: words.limit.cost, tone: "accent", points: over("step", "cost") }]}
          x={steps}
          y={(value) => money(value, words.code)}
        />
      )}
    </div>
  );
}
