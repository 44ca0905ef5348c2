/** What a page or a model wrote may not pretend: letters that nobody sees, marks that turn the direction of writing and
 *  what drives a terminal are written out. The twin, with the reasons, is src/selfstarter/core/cleaning.py. */
const UNSEEN =
  "\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f" +
  "\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\\u{13430}-\\u{1343f}\\u{1bca0}-\\u{1bca3}" +
  "\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}\\ud800-\\udfff\\ue000-\\uf8ff\\u{f0000}-\\u{10ffff}\\ufdd0-\\ufdef\\ufffe\\uffff";
const PICTURE =
  "[\\u00a9\\u00ae\\u203c\\u2049\\u2122\\u2139\\u2190-\\u21ff\\u2300-\\u23ff\\u24c2\\u25a0-\\u27bf\\u2934\\u2935\\u2b00-\\u2bff" +
  "\\u3030\\u303d\\u3297\\u3299\\u{1f000}-\\u{1faff}]";
const JOINING =
  "[\\u0620-\\u06dc\\u06de-\\u07ff\\u0840-\\u0dff\\u0f00-\\u109f\\u1780-\\u17b3\\u17b6-\\u17ff\\u1820-\\u18af\\u1b00-\\u1bff]";

const ANY = new RegExp(`[${UNSEEN}]`, "u");
/** Joiners and selectors stay where a picture or a spelling needs them. */
const FOUND = new RegExp(
  `(?<kept>${PICTURE}[\\ufe0e\\ufe0f]?(?:\\u200d${PICTURE}[\\ufe0e\\ufe0f]?)*|[0-9#*]\\ufe0f\\u20e3` +
    `|(?<=${JOINING})[\\u200c\\u200d](?=${JOINING}))|(?<gone>\\r(?=\\n)|\\u00ad)|[${UNSEEN}]`,
  "gu",
);

export function printable(text: string): string {
  if (!ANY.test(text)) return text;
  return text.replace(FOUND, (found: string, kept?: string, gone?: string) => {
    if (kept !== undefined) return kept;
    return gone !== undefined ? "" : `\\u{${found.codePointAt(0)!.toString(16)}}`;
  });
}
