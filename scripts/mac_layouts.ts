/**
 * `deno run -A scripts/mac_layouts.ts` measures where structures of CPython 3.8 to 3.12 are laid out on macOS
 * otherwise than on Linux, by compiling for both of its CPUs, and writes `src/cpython/layouts/macos.ts`. It
 * needs interpreters with headers, and fetches zig from npm at the first use. Headers of Linux do: what differs
 * comes from the system's own types, the locks of threads, but for what `ADAPTED` says.
 */
import { measureForeign, renderTables } from "./layouts/foreign.ts";
import { repository } from "./repository.ts";

/** Definitions of pyconfig.h that a structure depends on and macOS has not; and a header that it has not. */
const ADAPTED = /^#define (PY_HAVE_PERF_TRAMPOLINE|HAVE_CRYPT_H|HAVE_CRYPT_R)\b.*$/gm;

const tables = await measureForeign({
  triples: ["aarch64-macos.11.0", "x86_64-macos.11.0"],
  configure: (text) => text.replace(ADAPTED, ""),
  headers: { "crypt.h": "" },
});

await Deno.writeTextFile(
  `${repository}/src/cpython/layouts/macos.ts`,
  `/**
 * Made by \`scripts/mac_layouts.ts\` from headers of CPython: what lies elsewhere on macOS than on Linux, x86-64
 * and arm64 alike, by the minor version.
 */
export const ON_MACOS: Readonly<Record<number, Readonly<Record<string, number>>>> = {
${renderTables(tables)}};
`,
);
