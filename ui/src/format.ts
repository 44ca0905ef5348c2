/** Numbers, money, times and lengths as a person reads them, by Intl. */
import type { LimitName } from "./shapes";

const made = new Map<string, unknown>();

function kept<T>(key: string, make: () => T): T {
  if (!made.has(key)) made.set(key, make());
  return made.get(key) as T;
}

export function number(value: number, lang: string): string {
  return kept(`n${lang}`, () => new Intl.NumberFormat(lang)).format(value);
}

/** 12,345 -> 12K */
export function compact(value: number, lang: string): string {
  return kept(
    `c${lang}`,
    () => new Intl.NumberFormat(lang, { notation: "compact", maximumFractionDigits: 1 }),
  ).format(value);
}

export function money(usd: number, lang: string): string {
  const digits = usd === 0 || usd >= 0.995 || Math.round(usd * 100) / 100 === usd ? 2 : 4;
  return kept(
    `m${lang}${digits}`,
    () =>
      new Intl.NumberFormat(lang, {
        style: "currency",
        currency: "USD",
        currencyDisplay: "narrowSymbol",
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }),
  ).format(usd);
}

/** 4.2 -> 4.2 s, 75 -> 1:15, 3,700 -> 1:01:40 */
export function length(seconds: number): string {
  if (seconds < 10) return `${(Math.round(seconds * 10) / 10).toString()} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (part: number) => part.toString().padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

export function clock(at: number, lang: string): string {
  return kept(
    `t${lang}`,
    () =>
      new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false }),
  ).format(at * 1000);
}

export function moment(at: number, lang: string): string {
  return kept(
    `d${lang}`,
    () => new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short" }),
  ).format(at * 1000);
}

const STEPS: [limit: number, unit: Intl.RelativeTimeFormatUnit, size: number][] = [
  [60, "second", 1],
  [3600, "minute", 60],
  [86_400, "hour", 3600],
  [30 * 86_400, "day", 86_400],
];

/** 90 seconds ago -> 1 minute ago; what is a month away, as a date. */
export function ago(at: number, now: number, lang: string): string {
  const past = Math.max(0, now - at);
  const step = STEPS.find(([limit]) => past < limit);
  if (!step)
    return kept(`dd${lang}`, () => new Intl.DateTimeFormat(lang, { dateStyle: "medium" })).format(at * 1000);
  const format = kept(
    `r${lang}`,
    () => new Intl.RelativeTimeFormat(lang, { numeric: "auto", style: "short" }),
  );
  return format.format(past < 5 ? 0 : -Math.floor(past / step[2]), step[1]);
}

export function amount(limit: LimitName, value: number, lang: string): string {
  switch (limit) {
    case "cost":
      return money(value, lang);
    case "time":
      return length(value);
    default:
      return number(value, lang);
  }
}

/** One line of a text that may have many. */
export function flat(text: string, width = 300): string {
  const line = text
    .slice(0, width * 4)
    .replace(/\s+/g, " ")
    .trim();
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
}
