/** What the built page is made from, as one digest: tests/server/test_page_is_built.py computes the
 *  same and compares it with the one that the build wrote into index.html. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const PARTS = [
  "index.html",
  "package-lock.json",
  "package.json",
  "public",
  "sources.ts",
  "src",
  "tsconfig.json",
  "vite.config.ts",
];

export function digest(root: string): string {
  const hash = createHash("sha256");
  for (const file of PARTS.flatMap((part) => filesIn(root, part)).sort()) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update("\0");
  }
  return hash.digest("hex");
}

function filesIn(root: string, path: string): string[] {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path)).flatMap((name) => filesIn(root, `${path}/${name}`));
}
