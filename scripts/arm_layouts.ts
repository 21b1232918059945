/**
 * `deno run -A scripts/arm_layouts.ts` measures where structures of CPython 3.8 to 3.12 are laid out on arm64
 * Linux otherwise than on x86-64, by compiling for it, and writes `src/cpython/layouts/linux_arm64.ts`. It
 * needs interpreters with headers, and fetches zig from npm at the first use. What differs comes from the C
 * library's own types, the locks of threads.
 */
import { type ForeignSystem, measureForeign, renderTables } from "./layouts/foreign.ts";
import { repository } from "./repository.ts";

const system: ForeignSystem = {
  triples: ["aarch64-linux-gnu.2.27"],
  configure: (text) => text,
  headers: { "crypt.h": "" },
};

await Deno.writeTextFile(
  `${repository}/src/cpython/layouts/linux_arm64.ts`,
  `/**
 * Made by \`scripts/arm_layouts.ts\` from headers of CPython: what lies elsewhere on arm64 Linux than on x86-64,
 * by the minor version.
 */
export const ON_LINUX_ARM64: Readonly<Record<number, Readonly<Record<string, number>>>> = {
${renderTables(await measureForeign(system))}};
`,
);
