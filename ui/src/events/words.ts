/** What to say of an event that is no call, in plain words. The CLI's twin is src/selfstarter/cli/lines.py. Pure. */
import { amount, flat } from "../format";
import type { Words } from "../words/en";
import type { Event } from "./shapes";

export type Tone = "plain" | "good" | "bad" | "warn" | "you" | "mind";

export interface Line {
  label: string;
  text: string;
  tone: Tone;
  /** What can be opened; empty: nothing more than the line says. */
  more: string[];
}

export function lineOf(event: Event, words: Words): Line {
  const w = words.event;
  switch (event.kind) {
    case "run_started":
      return line(w.goal, event.goal, "you", long(event.goal));
    case "goal_read":
      return line(w.goal, `${event.path}: ${event.goal}`, "plain", long(event.goal));
    case "run_resumed":
      return line(w.resumed, event.model);
    case "run_paused":
      return line(w.paused, event.reason, "warn", long(event.reason));
    case "run_ended":
      return line(
        w.ended,
        [words.ending[event.ending], event.reason].filter(Boolean).join(": "),
        event.ending === "done" ? "good" : "warn",
        some(event.answer),
      );
    case "budget_warned":
      return line(
        w.warned,
        w.warnedText(
          amount(event.limit, event.spent, words.code),
          amount(event.limit, event.most, words.code),
          words.limit[event.limit],
        ),
        "warn",
      );
    case "budget_reached":
      return line(w.spent, w.spentText(words.limit[event.limit]), "warn");
    case "reply_rejected":
      return line(w.reply, event.reason, "warn", long(event.reason));
    case "calls_dropped":
      return line(w.notRun, event.calls.join("; "), "warn", [event.reason, ...event.calls]);
    case "sources_outlined": {
      const { sources, subjects, aspects } = event.outline;
      return line(w.sources, `${w.sourcesText(sources.length)}: ${subjects.join(", ")}`, "mind", [
        ...sources,
        aspects.join(", "),
      ]);
    }
    case "contract_drafted": {
      const { criteria, outcome } = event.contract;
      return line(
        w.contract,
        `${w.contractText(criteria.length)} · ${outcome}`,
        "mind",
        criteria.map((one) => one.text),
      );
    }
    case "contract_amended": {
      const changes = changesIn(event);
      return line(w.amended, changes.join("; ") || w.kept, "mind", changes);
    }
    case "review_asked":
      return line(w.review, w.reviewText, "warn");
    case "contract_accepted": {
      const changes = changesIn(event);
      return line(w.accepted, changes.join("; ") || w.byYou, "you", changes);
    }
    case "plan_made":
      return line(
        w.plan,
        `${w.planText(event.tasks.length)} · ${event.tasks.map((task) => task.title).join(" → ")}`,
        "mind",
        event.tasks.map((task) => `${task.id}. ${task.title}`),
      );
    case "plan_revised": {
      const changes = [
        ...event.done.map(w.taskDone),
        ...event.failed.map(w.taskFailed),
        ...event.drop.map(w.taskDropped),
        ...event.add.map((task) => `+ ${task.id}. ${task.title}`),
      ];
      return line(w.revised, event.reason || changes.join(", "), "mind", [...changes, ...some(event.result)]);
    }
    case "reflected":
      return line(w.reflected, event.lesson, "mind", [
        ...some(event.trigger, `${w.trigger}: `),
        ...long(event.lesson),
        ...some(event.dead_end, `${w.deadEnd}: `),
        ...event.drop.map(w.taskDropped),
        ...event.add.map((task) => `+ ${task.id}. ${task.title}`),
      ]);
    case "run_forked":
      return line(
        w.forked,
        [w.forkedText(event.run, event.at), event.goal].filter(Boolean).join(": "),
        "you",
      );
    case "run_imported":
      return line(w.imported, w.importedText(event.run), "you");
    case "workspace_saved":
      return line(w.found, event.changed.join(", "), "warn", event.changed);
    case "workspace_undone": {
      const paths = event.restored.map(([path]) => path);
      return line(w.undone, paths.join(", "), "you", paths);
    }
    case "started_over":
      return line(w.again, event.reason, "warn", [...some(event.lesson), ...event.restored]);
    case "hinted":
      return line(w.hint, event.signal.replaceAll("_", " "), "warn", [event.text]);
    case "tool_put_away":
      return line(w.putAway, `${event.tool}: ${event.reason}`, "warn");
    case "memory_recalled":
      return line(
        w.recalled,
        event.records.length ? w.recalledText(event.records.length) : w.recalledNothing,
        "mind",
        event.records.map((record) => record.text),
      );
    case "compacted":
      return line(w.compacted, w.compactedText);
    case "delegated":
      return line(
        w.delegated,
        event.errands.map((errand) => errand.goal).join("; "),
        "mind",
        event.errands.map((errand) => `${errand.number}. ${errand.goal}`),
      );
    case "child_returned":
      return line(
        w.child(event.number),
        `${words.ending[event.ending]}: ${event.answer || event.reason}`,
        event.ending === "done" ? "good" : "warn",
        long(event.answer),
      );
    case "finish_asked":
      return line(w.finish, event.summary, "plain", long(event.summary));
    case "criterion_checked":
      return line(
        w.check,
        `${event.passed ? w.pass : w.fail}: ${event.evidence}`,
        event.passed ? "good" : "bad",
        long(event.evidence),
      );
    case "finish_rejected":
      return line(w.rejected, event.failures, "bad", long(event.failures));
    case "attempt_made":
      return line(w.attempt, w.attemptText(event.number), "mind", some(event.answer));
    case "part_studied": {
      const part = event.parts > 1 ? ` (${w.part(event.part + 1, event.parts)})` : "";
      return line(
        w.studied,
        `${event.source}${part}: ${w.facts(event.facts.length)}`,
        "plain",
        event.facts.map((fact) => `${fact.subject}, ${fact.aspect}: ${fact.quote}`),
      );
    }
    case "fact_chosen": {
      const against = event.against.map((fact) => `${fact.value || fact.quote} (${fact.source})`);
      return line(w.conflict, `${event.subject}, ${event.aspect}: ${event.fact?.value ?? ""}`, "warn", [
        `${event.fact?.value ?? ""} (${event.fact?.source ?? ""})`,
        ...against,
      ]);
    }
    case "section_written":
      return line(w.wrote, event.heading, "plain", some(event.text));
    case "person_asked":
      return line(w.question, event.question, "warn", long(event.question));
    case "person_said":
      return line(w.you, event.text, "you", long(event.text));
    case "approval_asked":
      return line(w.permission, `${event.tool}: ${event.why}`, "warn", [JSON.stringify(event.args, null, 2)]);
    case "call_approved":
      return line(w.allowed, w.once, "you");
    case "call_denied":
      return line(w.denied, event.reason ? `${w.byYou}: ${event.reason}` : w.byYou, "you");
    case "stop_asked":
      return line(w.stopAsked, event.reason ? `${w.stopText}: ${event.reason}` : w.stopText, "you");
    case "raise_asked":
      return line(
        w.raise,
        `${words.limit[event.limit]}: ${amount(event.limit, event.most, words.code)}`,
        "warn",
      );
    case "limit_raised":
      return line(
        w.raised,
        `${words.limit[event.limit]} ${w.raisedTo(amount(event.limit, event.most, words.code))}`,
        "you",
      );
    case "raise_denied":
      return line(w.stays, event.reason, "you");
    case "command_missed":
      return line(w.missed, event.why, "warn", long(event.why));
    default: // of a newer server, or without words of its own
      return line(event.kind.replaceAll("_", " "), "");
  }
}

function line(label: string, text: string, tone: Tone = "plain", more: string[] = []): Line {
  return { label, text: flat(text), tone, more: more.filter(Boolean) };
}

const changesIn = ({ dropped, added }: { dropped: string[]; added: string[] }) => [
  ...dropped.map((text) => `− ${text}`),
  ...added.map((text) => `+ ${text}`),
];

const some = (text: string, before = "") => (text ? [before + text] : []);

/** What one line does not hold. */
const long = (text: string) => (text.length > 110 || text.includes("\n") ? [text] : []);

/** What says by itself what it is. */
const PLAIN = new Set(["path", "url", "query", "command", "code", "question"]);

/** A call's arguments, in short. */
export function argsOf(args: Record<string, unknown>): string {
  const all = Object.entries(args);
  const shown = all.map(([name, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return all.length === 1 || PLAIN.has(name) ? flat(text, 160) : `${name}: ${flat(text, 80)}`;
  });
  return flat(shown.join("  ·  "), 240);
}
