/**
 * `deno task helper`: builds the C helper's library if it is not up to date.
 *
 *     --quiet          says nothing unless a compiler is fetched or the source has faults
 *     --strict         builds in any case, with warnings as errors
 *     --target NAME    for another machine, with zig: linux-x64, linux-arm64, macos-x64, macos-arm64,
 *                      windows-x64
 */
import { parseArgs } from "node:util";
import { guard } from "./building/fault.ts";
import { buildHelper } from "./building/helper_library.ts";
import { repository } from "./repository.ts";
import { say } from "./shell.ts";

await guard(async () => {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      quiet: { type: "boolean", default: false },
      strict: { type: "boolean", default: false },
      target: { type: "string" },
    },
  });
  const { quiet, strict, target } = values;
  const built = await buildHelper({ strict, say, ...(target === undefined ? {} : { target }) });
  if (quiet) return;
  const name = built.path.slice(repository.length + 1);
  const state = built.compiler === undefined ? "up to date" : `built with ${built.compiler}`;
  say(`${name}: ${state}, ${Deno.statSync(built.path).size} bytes`);
});
