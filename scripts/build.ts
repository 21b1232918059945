/**
 * `deno task build`: makes `dist/tachyon`, one executable for this machine.
 *
 *     --target NAMES      for other machines, with zig's C compiler: dist/tachyon-NAME for each;
 *                         linux-x64, linux-arm64, macos-x64, macos-arm64, windows-x64
 *     --all               for all of them
 *     --offline-runtime   take Deno's runtime from a pinned npm package (docs/building.md)
 *     --package           for each also an archive, a list of hashes, and a bill of materials
 *     --as-built          take the executables that are there: to pack them when others have signed them
 */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import configuration from "../deno.json" with { type: "json" };
import { buildAssets } from "./building/assets.ts";
import { buildExecutable } from "./building/executable.ts";
import { BuildFault, guard } from "./building/fault.ts";
import { buildHelper } from "./building/helper_library.ts";
import { offlineRuntime } from "./building/offline_runtime.ts";
import { packTargets } from "./building/package.ts";
import { signForMac } from "./building/signature.ts";
import { digestFile } from "./building/sums.ts";
import { chooseTargets, hostTarget, type Target, TARGETS } from "./building/targets.ts";
import { repository } from "./repository.ts";
import { print, run, say } from "./shell.ts";

const dist = `${repository}/dist`;

await guard(async () => {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      "offline-runtime": { type: "boolean", default: false },
      target: { type: "string", multiple: true, default: [] },
      all: { type: "boolean", default: false },
      package: { type: "boolean", default: false },
      "as-built": { type: "boolean", default: false },
    },
  });
  const offline = values["offline-runtime"];
  const named = chooseTargets(values.target.flatMap((names) => names.split(",")));
  const targets = values.all ? TARGETS : named;
  Deno.mkdirSync(dist, { recursive: true });
  await buildAssets();
  if (targets.length === 0 && !values.package) return await buildHere(offline);
  const chosen = targets.length === 0 ? chooseTargets([hostTarget()]) : targets;
  const make = values["as-built"] ? checkBuilt : (target: Target) => buildFor(target, offline);
  const { built, faults } = await buildEach(chosen, make);
  if (values.package && built.length > 0) await packTargets(built, dist, say);
  if (faults.length > 0) throw new BuildFault(faults.join("\n"));
});

/** For this machine, with its own C compiler. */
async function buildHere(offline: boolean): Promise<void> {
  await buildHelper({ say });
  const output = `${dist}/tachyon`;
  const runtime = offline ? { runtime: await offlineRuntime(hostTarget(), say) } : {};
  await buildExecutable({ entry: `${repository}/src/main.ts`, output, ...runtime });
  await signForMac(hostTarget(), output);
  const version = await run(output, ["--version"]);
  if (!version.includes(configuration.version)) {
    throw new BuildFault(`dist/tachyon --version says: ${version.trim()}`);
  }
  tellBuilt("tachyon");
}

/** One after the other; what cannot be built does not hold up the others. */
async function buildEach(
  targets: readonly Target[],
  make: (target: Target) => Promise<void>,
): Promise<{ built: Target[]; faults: string[] }> {
  const built: Target[] = [];
  const faults: string[] = [];
  for (const target of targets) {
    try {
      await make(target);
      built.push(target);
    } catch (fault) {
      if (!(fault instanceof BuildFault)) throw fault;
      faults.push(`${target.name}: ${fault.message}`);
    }
  }
  return { built, faults };
}

async function buildFor(target: Target, offline: boolean): Promise<void> {
  const helper = (await buildHelper({ target: target.name, say })).path;
  const name = `tachyon-${target.name}${target.extension}`;
  const output = `${dist}/${name}`;
  await buildExecutable({
    entry: `${repository}/src/main.ts`,
    output,
    foreign: { target, helper },
    ...(offline ? { runtime: await offlineRuntime(target.name, say) } : {}),
  });
  await signForMac(target.name, output);
  tellBuilt(name);
}

function checkBuilt(target: Target): Promise<void> {
  const name = `tachyon-${target.name}${target.extension}`;
  if (existsSync(`${dist}/${name}`)) return Promise.resolve();
  return Promise.reject(new BuildFault(`dist/${name} is not there: leave out --as-built.`));
}

function tellBuilt(name: string): void {
  const path = `${dist}/${name}`;
  print(`dist/${name}  ${(Deno.statSync(path).size / 1e6).toFixed(1)} MB`);
  print(`sha256 ${digestFile(path)}`);
}
