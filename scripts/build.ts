/**
 * `deno task build`: makes `dist/tachyon`, one executable for this machine.
 *
 *     --offline-runtime   take Deno's runtime from a pinned npm package (docs/building.md)
 */
import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import configuration from "../deno.json" with { type: "json" };
import { buildAssets } from "./building/assets.ts";
import { buildExecutable } from "./building/executable.ts";
import { BuildFault, guard } from "./building/fault.ts";
import { buildHelper, hostTarget } from "./building/helper_library.ts";
import { offlineRuntime } from "./building/offline_runtime.ts";
import { repository } from "./repository.ts";
import { print, run, say } from "./shell.ts";

await guard(async () => {
  const { values } = parseArgs({
    args: Deno.args,
    options: { "offline-runtime": { type: "boolean", default: false } },
  });
  await buildHelper({ say });
  await buildAssets();
  const output = `${repository}/dist/tachyon`;
  Deno.mkdirSync(`${repository}/dist`, { recursive: true });
  await buildExecutable({
    entry: `${repository}/src/main.ts`,
    output,
    ...(values["offline-runtime"] ? { runtime: await offlineRuntime(hostTarget(), say) } : {}),
  });

  const version = await run(output, ["--version"]);
  if (!version.includes(configuration.version)) {
    throw new BuildFault(`dist/tachyon --version says: ${version.trim()}`);
  }
  const bytes = Deno.readFileSync(output);
  print(`dist/tachyon  ${(bytes.length / 1e6).toFixed(1)} MB`);
  print(`sha256 ${createHash("sha256").update(bytes).digest("hex")}`);
});
