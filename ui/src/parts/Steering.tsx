/** Pause, go on, stop. Stopping is for good, so it is asked twice. */
import { useState } from "react";

import { post } from "../api";
import type { Command, Snapshot } from "../shapes";
import { useWords } from "../words";
import { useDoing } from "./doing";
import { Export } from "./Export";
import { Link } from "./Link";
import { Notice } from "./Notice";

export function Steering({ shot, onDone }: { shot: Snapshot; onDone: () => void }) {
  const words = useWords();
  const doing = useDoing();
  const [sure, setSure] = useState(false);
  const { id, status } = shot.run;
  const tell = (command: Command) =>
    doing.run(async () => {
      await post(`/runs/${id}/commands`, command);
      setSure(false);
      onDone();
    });
  return (
    <div className="steering">
      {status === "running" && (
        <button
          data-hotkey="p"
          type="button"
          disabled={doing.busy}
          onClick={() => void tell({ type: "pause", text: "" })}
        >
          {words.run.pause}
        </button>
      )}
      {(status === "paused" || status === "interrupted") && (
        <button
          type="button"
          className="main"
          data-hotkey="p"
          disabled={doing.busy}
          onClick={() => void tell({ type: "resume" })}
        >
          {words.run.resume}
        </button>
      )}
      {status !== "ended" && !sure && (
        <button type="button" onClick={() => setSure(true)}>
          {words.run.stop}
        </button>
      )}
      {sure && (
        <>
          <button
            type="button"
            className="danger"
            autoFocus
            disabled={doing.busy}
            onClick={() => void tell({ type: "stop" })}
          >
            {words.run.stopSure}
          </button>
          <button type="button" onClick={() => setSure(false)}>
            {words.common.cancel}
          </button>
        </>
      )}
      <Link className="button" data-hotkey="y" href={`/runs/${id}/replay`}>
        {words.run.replay}
      </Link>
      <Export run={id} />
      {doing.trouble && <Notice trouble={doing.trouble} />}
    </div>
  );
}
