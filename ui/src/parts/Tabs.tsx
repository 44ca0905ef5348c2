/** Views of one page, each an address of its own. */
import { useEffect, useRef } from "react";

import { Link } from "./Link";

export function Tabs({
  label,
  chosen,
  names,
}: {
  label: string;
  chosen: string;
  names: [id: string, name: string, narrow: boolean][];
}) {
  const all = useRef<HTMLElement>(null);
  useEffect(() => {
    all.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [chosen]);
  return (
    <nav ref={all} className="tabs" aria-label={label}>
      {names.map(([id, name, narrow], index) => (
        <Link
          key={id}
          data-hotkey={String(index + 1)}
          href={`?tab=${id}`}
          className={narrow ? "narrow" : undefined}
          aria-current={id === chosen ? "page" : undefined}
        >
          {name}
        </Link>
      ))}
    </nav>
  );
}
