/** The shell: who is signed in, which page is shown, what stands above it. */
import { useEffect, useState } from "react";

import { signIn, unsigned } from "./api";
import { connect, useLink } from "./live/live";
import { useLoaded } from "./live/load";
import { ContractPage } from "./pages/Contract";
import { Health } from "./pages/Health";
import { Home } from "./pages/Home";
import { Inbox } from "./pages/Inbox";
import { Memory } from "./pages/Memory";
import { Replay } from "./pages/Replay";
import { RunPage } from "./pages/Run";
import { Runs } from "./pages/Runs";
import { Schedules } from "./pages/Schedules";
import { Settings } from "./pages/Settings";
import { SignIn } from "./pages/SignIn";
import { Keys } from "./parts/Keys";
import { Link } from "./parts/Link";
import { Preferences } from "./parts/Preferences";
import { routeOf, useAddress, type Route } from "./route";
import type { Asked } from "./shapes";
import { chosen, keep, useWords, WordsContext, type Words } from "./words";

export function App() {
  const [words, setWords] = useState(chosen);
  const [entry, setEntry] = useState<"wait" | "in" | "out">("wait");

  useEffect(() => {
    document.documentElement.lang = words.code;
  }, [words]);
  useEffect(() => {
    const out = () => setEntry("out");
    unsigned.addEventListener("unsigned", out);
    enter().finally(() => setEntry((now) => (now === "wait" ? "in" : now)));
    return () => unsigned.removeEventListener("unsigned", out);
  }, []);
  useEffect(() => {
    if (entry === "in") connect();
  }, [entry]);

  const speak = (to: Words) => {
    keep(to);
    setWords(to);
  };
  return (
    <WordsContext value={words}>
      {entry === "out" && <SignIn onDone={() => setEntry("in")} />}
      {entry === "in" && <Shell speak={speak} />}
    </WordsContext>
  );
}

/** The token comes in the part of the address that no server sees, and leaves it at once. */
async function enter(): Promise<void> {
  const token = new URLSearchParams(location.hash.slice(1)).get("t");
  if (!token) return;
  history.replaceState(null, "", location.pathname + location.search);
  await signIn(token).catch(() => undefined);
}

function Shell({ speak }: { speak: (words: Words) => void }) {
  const words = useWords();
  const address = useAddress();
  const route = routeOf(address.pathname);
  const inbox = useLoaded<{ asked: Asked[] }>("/inbox", true, 800);
  const waiting = inbox.data?.asked.filter((one) => !one.answered).length ?? 0;
  const up = useLink();
  useEffect(() => {
    document.querySelector(".top nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [route.page, waiting]);
  return (
    <>
      <a className="skip" href="#main" onClick={toMain}>
        {words.nav.skip}
      </a>
      <header className="top">
        <Link className="brand" href="/">
          <img src="/icon.svg" alt="" width="22" height="22" />
          Selfstarter
        </Link>
        <nav aria-label={words.nav.main}>
          <Tab href="/" hotkey="h" name={words.nav.home} on={route.page === "home"} />
          <Tab
            href="/runs"
            hotkey="r"
            name={words.nav.runs}
            on={["runs", "run", "replay", "contract"].includes(route.page)}
          />
          <Tab href="/inbox" hotkey="i" name={words.nav.inbox} on={route.page === "inbox"} count={waiting} />
          <Tab href="/memory" hotkey="y" name={words.nav.memory} on={route.page === "memory"} />
          <Tab href="/schedules" hotkey="c" name={words.nav.schedules} on={route.page === "schedules"} />
          <Tab href="/settings" hotkey="," name={words.nav.settings} on={route.page === "settings"} />
          <Tab href="/health" hotkey="m" name={words.nav.health} on={route.page === "health"} />
        </nav>
        <Preferences speak={speak} />
      </header>
      {up === false && (
        <div className="banner" role="status">
          {words.common.lost}
        </div>
      )}
      <main id="main" tabIndex={-1} className={`page page-${route.page}`}>
        <Page route={route} />
      </main>
      <Keys />
    </>
  );
}

function toMain(event: { preventDefault(): void }) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

interface TabOf {
  href: string;
  hotkey: string;
  name: string;
  on: boolean;
  count?: number;
}

function Tab({ href, hotkey, name, on, count = 0 }: TabOf) {
  return (
    <Link href={href} data-hotkey={hotkey} data-name={name} aria-current={on ? "page" : undefined}>
      {name}
      {count > 0 && <span className="count">{count}</span>}
    </Link>
  );
}

function Page({ route }: { route: Route }) {
  const words = useWords();
  useEffect(() => {
    const names: Partial<Record<Route["page"], string>> = words.nav;
    if (route.page !== "run" && route.page !== "contract")
      document.title = [names[route.page], "Selfstarter"].filter(Boolean).join(" · ");
  }, [route.page, words]);
  switch (route.page) {
    case "home":
      return <Home />;
    case "runs":
      return <Runs />;
    case "inbox":
      return <Inbox />;
    case "memory":
      return <Memory />;
    case "schedules":
      return <Schedules />;
    case "settings":
      return <Settings />;
    case "health":
      return <Health />;
    case "run":
      return <RunPage key={route.id} id={route.id} />;
    case "contract":
      return <ContractPage key={route.id} id={route.id} />;
    case "replay":
      return <Replay key={route.id} id={route.id} />;
    case "missing":
      return <h1 className="empty">{words.common.missing}</h1>;
  }
}
