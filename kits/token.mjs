// The kit knows of no tokens: this puts ours on whatever it sends.
import { Agent, setGlobalDispatcher } from "undici";

const authorization = `Bearer ${process.env.TOKEN}`;
const own = globalThis.fetch;
globalThis.fetch = (input, init = {}) => {
  const headers = new Headers(init.headers);
  headers.set("authorization", authorization);
  return own(input, { ...init, headers });
};
setGlobalDispatcher(
  new Agent().compose((dispatch) => (options, handler) =>
    dispatch({ ...options, headers: { ...options.headers, authorization } }, handler),
  ),
);
