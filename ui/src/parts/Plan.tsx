/** The plan and what done means, as they stand. */
import type { Snapshot, Task } from "../shapes";
import { useWords } from "../words";

const MARKS: Record<Task["status"], string> = { todo: "○", doing: "◐", done: "✓", dropped: "–", failed: "✗" };

export function Plan({ shot }: { shot: Snapshot }) {
  const words = useWords();
  return (
    <section className="panel" aria-labelledby="plan">
      <h2 id="plan">{words.run.plan}</h2>
      {shot.plan.length === 0 && <p className="soft">{words.run.noPlan}</p>}
      <ol className="tasks">
        {shot.plan.map((task) => (
          <li key={task.id} className={`task ${task.status}`}>
            <span className="mark" aria-hidden="true">
              {MARKS[task.status]}
            </span>
            <span className="hidden">{words.task[task.status]}: </span>
            <div>
              <span className="title" dir="auto">
                {task.title}
              </span>
              {task.result ? (
                <p className="soft" dir="auto">
                  {task.result}
                </p>
              ) : (
                task.status === "doing" &&
                task.done_when && (
                  <p className="soft" dir="auto">
                    {task.done_when}
                  </p>
                )
              )}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

export function DoneWhen({ shot }: { shot: Snapshot }) {
  const words = useWords();
  return (
    <section className="panel" aria-labelledby="criteria">
      <h2 id="criteria">{words.run.criteria}</h2>
      {shot.outcome && (
        <p className="outcome" dir="auto">
          {shot.outcome}
        </p>
      )}
      {shot.criteria.length === 0 && <p className="soft">{words.run.noCriteria}</p>}
      <ul className="criteria">
        {shot.criteria.map((one) => {
          const state = one.passed === null ? "unseen" : one.passed ? "passed" : "failed";
          return (
            <li key={one.id} className={`criterion ${state}`}>
              <span className="mark" aria-hidden="true">
                {{ unseen: "○", passed: "✓", failed: "✗" }[state]}
              </span>
              <div>
                <span dir="auto">{one.text}</span>
                <p className="soft">
                  <span className={one.evidence ? "hidden" : ""}>{words.run[state]}</span>
                  {one.evidence && <span dir="auto"> {one.evidence}</span>}
                  {one.invariant && <span> · {words.run.invariant}</span>}
                </p>
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
