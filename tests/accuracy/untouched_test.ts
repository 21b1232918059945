import assert from "node:assert/strict";
import { which } from "../../scripts/shell.ts";
import { report } from "../ffi/targets.ts";
import { allPythons } from "./pythons.ts";
import { captureCommand, Running } from "./running.ts";

/** Calls by which a process can write to another one or stop it, those that read, and opened files. */
const traced = "process_vm_writev,ptrace,kill,tkill,tgkill,process_vm_readv,openat,open";

const strace = await which("strace");
if (strace === undefined) report("NOT SHOWN THAT TARGETS ARE NOT WRITTEN TO: strace is missing");

for (const { path, minor } of strace === undefined ? [] : await allPythons()) {
  Deno.test(`a capture neither writes to its target nor stops it when that is a Python ${minor}`, async () => {
    await using target = await Running.start(path, "maze.py", []);
    const log = await Deno.makeTempFile();
    try {
      const command = captureCommand(target.pid, { intervalUs: 5000, seconds: 1 });
      const args = [
        "-f",
        "-qq",
        "-e",
        `trace=${traced}`,
        "-e",
        "signal=none",
        "-o",
        log,
        ...command,
      ];
      const output = await new Deno.Command(strace!, { args, stderr: "inherit" }).output();
      assert.ok(output.success);
      const lines = (await Deno.readTextFile(log)).split("\n");
      const readsTarget = new RegExp(`process_vm_readv\\(${target.pid},`);
      assert.ok(lines.filter((line) => readsTarget.test(line)).length > 100, "strace saw no reads");
      const writes = /process_vm_writev|ptrace\(|kill\(|\/mem".*(O_WRONLY|O_RDWR)/;
      assert.deepEqual(lines.filter((line) => writes.test(line)), []);
    } finally {
      await Deno.remove(log);
    }
  });
}
