/**
 * `deno task assets`: bundles what reports are made of, if it is not up to date.
 *
 *     --quiet   says nothing unless something is wrong
 */
import { parseArgs } from "node:util";
import { buildAssets } from "./building/assets.ts";
import { guard } from "./building/fault.ts";
import { say } from "./shell.ts";

await guard(async () => {
  const { values } = parseArgs({
    args: Deno.args,
    options: { quiet: { type: "boolean", default: false } },
  });
  const built = await buildAssets();
  if (values.quiet) return;
  for (const { name, fresh, bytes } of built) {
    const kilobytes = (bytes / 1000).toFixed(1);
    say(`assets/${name}: ${fresh ? "bundled" : "up to date"}, ${kilobytes} kB`);
  }
});
