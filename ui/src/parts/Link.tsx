/** A link within the page; with Ctrl or the middle button it is one like any other. */
import type { AnchorHTMLAttributes, MouseEvent } from "react";

import { go } from "../route";

export function Link({
  href,
  ...more
}: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string; [data: `data-${string}`]: string }) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(href);
    if (!href.startsWith("?")) scrollTo(0, 0);
  };
  return <a href={href} onClick={follow} {...more} />;
}
