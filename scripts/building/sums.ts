import { createHash } from "node:crypto";

/** The SHA-256 of a file, in hexadecimal. */
export function digestFile(path: string): string {
  return createHash("sha256").update(Deno.readFileSync(path)).digest("hex");
}

/** A list of hashes that `sha256sum --check` reads, in the order of the names. */
export function listSums(folder: string, names: readonly string[]): string {
  return [...names].sort().map((name) => `${digestFile(`${folder}/${name}`)}  ${name}\n`).join("");
}
