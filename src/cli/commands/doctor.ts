/** `tachyon doctor`: what may be read here, what stands in the way, and what to do about it. */

import type { Command } from "commander";
import type { Sampler } from "../../sampler/capture.ts";
import { machine } from "../../survey/machine.ts";
import { check, describeFindings, type Findings, renderFindings } from "../doctor/check.ts";
import { checkPlace, checkRights, checkTiming } from "../doctor/machine_checks.ts";
import { testOurselves } from "../doctor/self_test.ts";
import { checkMac } from "../doctor/mac_checks.ts";
import { checkWindows } from "../doctor/windows_checks.ts";
import { DONE, FAILED } from "../errors.ts";
import { report } from "../messages.ts";
import { parsePid } from "../numbers.ts";
import { type Advice, adviseAccess, adviseReading, adviseYama } from "../permission.ts";
import { describeScreen, print } from "../standard_output.ts";
import { VERSION } from "../version.ts";

const { os } = Deno.build;

const NOTES = `
Examples:
  tachyon doctor          can tachyon work here?
  tachyon doctor 1234     can it sample this process, and if not, what would help?

It starts a Python of its own and samples it, and reads no more of other processes than it takes
to see that it may, and what they are. Ends with 0 if all is well, and with 1 if something is
missing: lines that begin with \`no\`.
See docs/attaching.md about containers and Kubernetes.`;

/** Declares the command; `done` gets its exit status. */
export function addDoctor(
  program: Command,
  sampler: Sampler,
  done: (status: number) => void,
): void {
  const command = program
    .command("doctor")
    .summary("tell what may be sampled here, and why not")
    .description("Tell whether processes can be sampled here, and what to do if not.")
    .usage("[options] [PID]")
    .argument("[pid]", "a process that is to be sampled", parsePid)
    .option("--json", "as JSON")
    .addHelpText("after", NOTES)
    .action(async (pid: number | undefined) => {
      const { json } = command.opts<{ json?: boolean }>();
      done(await diagnose(pid, json ?? false, sampler));
    });
}

/** Looks at everything and prints it. Returns the exit status. */
async function diagnose(
  pid: number | undefined,
  json: boolean,
  sampler: Sampler,
): Promise<number> {
  const findings = await examineAll(pid, sampler);
  const text = json ? describeFindings(findings) : renderFindings(findings, describeScreen().color);
  const unwritten = await print(text);
  if (unwritten !== undefined) return report(unwritten);
  return findings.checks.some(({ state }) => state === "bad") ? FAILED : DONE;
}

async function examineAll(pid: number | undefined, sampler: Sampler): Promise<Findings> {
  const [{ measurePunctuality }, { checkProcess }] = await Promise.all([
    import("../../survey/naps.ts"),
    import("../doctor/process_checks.ts"),
  ]);
  const own = machine.ownRights();
  const userName = machine.userName(own.user);
  const rights = os === "windows"
    ? checkWindows(own, userName)
    : os === "darwin"
    ? checkMac(own, userName)
    : checkRights(own, userName, pid === undefined);
  const system = check("system", "ok", `tachyon ${VERSION} on ${machine.system}`);
  const readable = own.readFailure === undefined;
  const general = [system, ...rights, ...(os === "linux" ? checkPlace(own) : [])];
  if (readable) general.push(checkTiming(measurePunctuality()), await testOurselves(sampler));
  if (pid === undefined) return { checks: general, advice: adviseGenerally(own, rights) };
  const process = checkProcess(machine, own, pid);
  return { checks: [...general, ...process.checks], advice: process.advice };
}

function adviseGenerally(
  own: ReturnType<typeof machine.ownRights>,
  rights: Findings["checks"],
): Advice[] {
  const isBad = (name: string): boolean =>
    rights.some((one) => one.name === name && one.state === "bad");
  return [
    ...(isBad("reading") ? [adviseReading(own)] : []),
    ...(os === "darwin" && isBad("user") ? adviseAccess(own, undefined) : []),
    ...(isBad("yama") ? [adviseYama(own)] : []),
  ];
}
