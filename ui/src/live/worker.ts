/** The hub, shared by all pages of a browser. */
import { Hub, type Ask, type Stream } from "./hub";

const hub = new Hub((path) => new EventSource(path) as unknown as Stream);

addEventListener("connect", (event) => {
  const port = (event as MessageEvent).ports[0]!;
  hub.join(port, (news) => port.postMessage(news));
  port.onmessage = (message: MessageEvent<Ask>) => hub.hear(port, message.data);
});
