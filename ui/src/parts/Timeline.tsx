/** All that happened, newest at the end; of thousands of rows only those in sight are in the page. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";

import type { Row } from "../events/rows";
import { useWords } from "../words";
import { RowLine } from "./Row";

const ROW_PX = 30;
/** Nearer to the end than this counts as being there. */
const NEAR_PX = 48;

export function Timeline({ rows, whole, doing }: { rows: Row[]; whole: boolean; doing: string }) {
  const words = useWords();
  const box = useRef<HTMLDivElement>(null);
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const [atEnd, setAtEnd] = useState(true);
  const first = useRef<number | undefined>(undefined);
  const seen = useRef({ scrollTop: 0, scrollHeight: 0 });
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => rows[index]!.seq,
    overscan: 8,
  });

  const toggle = useCallback((seq: number) => {
    setOpened((before) => {
      const after = new Set(before);
      if (!after.delete(seq)) after.add(seq);
      return after;
    });
  }, []);

  // What came before is put above what is being read, which must not move.
  useLayoutEffect(() => {
    const was = first.current;
    first.current = rows[0]?.seq;
    if (was === undefined || was === first.current || atEnd || !box.current) return;
    const added = rows.findIndex((row) => row.seq === was);
    if (added > 0) box.current.scrollTop += added * ROW_PX;
  }, [rows, atEnd]);

  const total = virtual.getTotalSize();
  useEffect(() => {
    const element = box.current;
    if (element && atEnd) element.scrollTop = element.scrollHeight;
  }, [rows, total, atEnd, doing]);

  // Only who goes up leaves the end. Rows that come or are measured move things as well, but then
  // the height is another one, too.
  const scrolled = () => {
    const element = box.current;
    if (!element) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    const up = scrollTop < seen.current.scrollTop && scrollHeight === seen.current.scrollHeight;
    seen.current = { scrollTop, scrollHeight };
    if (scrollHeight - scrollTop - clientHeight < NEAR_PX) setAtEnd(true);
    else if (up) setAtEnd(false);
  };
  const toEnd = () => {
    setAtEnd(true);
    if (rows.length) virtual.scrollToIndex(rows.length - 1, { align: "end" });
  };
  const moved = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const here = (event.target as HTMLElement).closest<HTMLElement>("[data-index]");
    if (!step || !here || !(event.target as HTMLElement).classList.contains("line")) return;
    event.preventDefault();
    let to = here;
    do to = (step > 0 ? to.nextElementSibling : to.previousElementSibling) as HTMLElement;
    while (to && !to.querySelector("button.line"));
    to?.querySelector<HTMLElement>("button.line")?.focus();
  };

  if (!rows.length) return <p className="empty">{words.run.nothing}</p>;
  return (
    <div className="timeline">
      <div
        className="scroll"
        ref={box}
        onScroll={scrolled}
        onKeyDown={moved}
        tabIndex={0}
        role="group"
        aria-label={words.run.timeline}
      >
        {!whole && <p className="soft older">{words.run.older}</p>}
        <div className="rows" role="list" style={{ height: total }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index]!;
            return (
              <div
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                data-seq={row.seq}
                role="listitem"
                aria-setsize={rows.length}
                aria-posinset={item.index + 1}
                className="place"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <RowLine row={row} open={opened.has(row.seq)} onToggle={toggle} />
              </div>
            );
          })}
        </div>
        {doing && (
          <p className="doing">
            <span className="pulse" aria-hidden="true" />
            {doing}
          </p>
        )}
      </div>
      {!atEnd && (
        <button type="button" className="toend" onClick={toEnd}>
          {words.run.tail} ↓
        </button>
      )}
    </div>
  );
}
