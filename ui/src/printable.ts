/** What a page or a model wrote may not pretend: marks that turn the direction of writing, hide letters
 *  or steer a terminal are shown as �. The server's twin is src/selfstarter/core/cleaning.py. */
const HIDDEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

export function printable(text: string): string {
  return text.replace(HIDDEN, "\ufffd");
}
