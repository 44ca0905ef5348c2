/** What is spent of each limit. */
import { amount, compact, length, money } from "../format";
import type { LimitName, Snapshot } from "../shapes";
import { useWords } from "../words";

export function Meters({ shot }: { shot: Snapshot }) {
  const words = useWords();
  const { usage, limits } = shot;
  const tokens = usage.input + usage.output;
  return (
    <dl className="meters">
      <Meter
        name="steps"
        spent={usage.steps}
        most={limits.steps}
        shown={amount("steps", usage.steps, words.code)}
        of={amount("steps", limits.steps, words.code)}
      />
      <Meter
        name="tokens"
        spent={tokens}
        most={limits.tokens}
        shown={compact(tokens, words.code)}
        of={compact(limits.tokens, words.code)}
      />
      <Meter
        name="time"
        spent={usage.time_s}
        most={limits.time_s}
        shown={length(usage.time_s)}
        of={length(limits.time_s)}
      />
      <Meter
        name="cost"
        spent={usage.cost_usd}
        most={limits.cost_usd}
        shown={money(usage.cost_usd, words.code) + (usage.cost_known ? "" : " +?")}
        of={limits.cost_usd === null ? "" : money(limits.cost_usd, words.code)}
      />
    </dl>
  );
}

interface MeterOf {
  name: LimitName;
  spent: number;
  most: number | null;
  shown: string;
  of: string;
}

function Meter({ name, spent, most, shown, of }: MeterOf) {
  const words = useWords();
  const share = most ? Math.min(1, spent / most) : 0;
  const full = share >= 1 ? "full" : share >= 0.8 ? "near" : "";
  return (
    <div className={`meter ${full}`}>
      <dt>{words.limit[name]}</dt>
      <dd>
        {shown}
        {of && <span className="soft"> / {of}</span>}
        {most !== null && (
          <span className="bar" aria-hidden="true">
            <span style={{ width: `${share * 100}%` }} />
          </span>
        )}
      </dd>
    </div>
  );
}
