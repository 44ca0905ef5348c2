/** Every setting: what it means, what it is, where that is from. The person's own file is changed. */
import { useState, type FormEvent } from "react";

import { put, remove } from "../api";
import { useLoaded } from "../live/load";
import { useDoing } from "../parts/doing";
import { Loading, Notice } from "../parts/Notice";
import type { Setting } from "../shapes";
import { useWords } from "../words";

export function Settings() {
  const words = useWords();
  const found = useLoaded<{ file: string; settings: Setting[] }>("/config", false);
  return (
    <>
      <div className="pagehead">
        <h1>{words.settings.title}</h1>
      </div>
      {found.trouble && <Notice trouble={found.trouble} again={found.again} />}
      {!found.data && !found.trouble && <Loading />}
      {found.data && (
        <>
          <p className="soft lead">
            {words.settings.lead} <span className="path">{found.data.file}</span>
          </p>
          <ul className="card settings">
            {found.data.settings.map((one) => (
              <li key={`${one.name} ${written(one.value)}`}>
                <Row setting={one} again={found.again} />
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function Row({ setting, again }: { setting: Setting; again: () => void }) {
  const words = useWords();
  const [text, setText] = useState(written(setting.value));
  const doing = useDoing();
  const path = `/config/${setting.name}`;
  const changed = text.trim() !== written(setting.value);
  const keep = (event: FormEvent) => {
    event.preventDefault();
    void doing.run(async () => {
      await (text.trim() ? put(path, { text: text.trim() }) : remove(path));
      again();
    });
  };
  const back = () =>
    void doing.run(async () => {
      await remove(path);
      again();
    });
  const overruled = setting.in_file && setting.origin !== "user file";
  return (
    <form className="setting" onSubmit={keep}>
      <label htmlFor={`set-${setting.name}`}>
        <code>{setting.name}</code>
        <span className="soft" id={`does-${setting.name}`}>
          {setting.does.split("`").map((part, index) => (index % 2 ? <code key={index}>{part}</code> : part))}
        </span>
      </label>
      <div>
        <Field setting={setting} text={text} change={setText} />
        <div className="soft settingline">
          <span>{words.settings.origins[setting.origin]}</span>
          {overruled && <span>{words.settings.overruled(setting.variable)}</span>}
          {setting.fixed && <span>{words.settings.fixed}</span>}
          {changed && (
            <button className="main" disabled={doing.busy}>
              {words.settings.keep}
            </button>
          )}
          {setting.in_file && !setting.fixed && !changed && (
            <button type="button" disabled={doing.busy} onClick={back}>
              {words.settings.back(written(setting.default) || words.common.none)}
            </button>
          )}
        </div>
        {doing.trouble && <Notice trouble={doing.trouble} />}
      </div>
    </form>
  );
}

interface FieldOf {
  setting: Setting;
  text: string;
  change: (to: string) => void;
}

function Field({ setting, text, change }: FieldOf) {
  const more = {
    id: `set-${setting.name}`,
    "aria-describedby": `does-${setting.name}`,
    disabled: setting.fixed,
    value: text,
  };
  const choices = choicesOf(setting.kind);
  if (choices)
    return (
      <select {...more} onChange={(event) => change(event.target.value)}>
        {choices.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
    );
  const numeric = setting.kind === "integer" || setting.kind === "number";
  return (
    <input
      {...more}
      inputMode={numeric ? "decimal" : "text"}
      spellCheck={false}
      autoComplete="off"
      onChange={(event) => change(event.target.value)}
    />
  );
}

/** Null: anything may be written. */
function choicesOf(kind: string): string[] | null {
  if (kind === "boolean") return ["true", "false"];
  const all = kind.split(" or ");
  return all.every((one) => /^".*"$/.test(one)) ? all.map((one) => one.slice(1, -1)) : null;
}

function written(value: unknown): string {
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.join(" ") : String(value);
}
