import assert from "node:assert/strict";
import { permissionsFor } from "../../scripts/building/executable.ts";
import { TARGETS } from "../../scripts/building/targets.ts";
import { execute, inTemporary, type Outcome } from "../cli/command.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const WINDOWS = TARGETS.find(({ name }) => name.startsWith("windows"))!;

/** Runs the sources with no more than the executables for macOS and Windows have. */
function runNarrow(args: readonly string[], cwd: string): Promise<Outcome> {
  const allowed = [...permissionsFor(WINDOWS), "--no-prompt", "--config", `${ROOT}deno.json`];
  return execute(Deno.execPath(), ["run", "-q", ...allowed, `${ROOT}src/main.ts`, ...args], {
    cwd,
  });
}

Deno.test("what executables for macOS and Windows may do is neither the network nor all", () => {
  for (const target of TARGETS.filter(({ name }) => !name.startsWith("linux"))) {
    const refused = ["-A", "--allow-all", "--allow-net", "--allow-import"];
    assert.ok(!permissionsFor(target).some((one) => refused.includes(one)), target.name);
  }
});

Deno.test("that is enough for what needs no process: every format of a file, a comparison, help", async () => {
  await inTemporary(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/before.txt`, "main.py:run:3;work.py:work:7 900\n");
    await Deno.writeTextFile(`${cwd}/now.txt`, "main.py:run:3;work.py:work:7 1200\n");
    const formats = [
      "pstats",
      "collapsed",
      "flamegraph",
      "heatmap",
      "pprof",
      "otlp",
      "json",
      "csv",
    ];
    const places = formats.flatMap((format) => ["-o", `${format}:${cwd}`]);
    const lines = [
      ["--help"],
      ["--version"],
      ["completions", "zsh"],
      ["replay", "-q", ...places, "now.txt"],
      ["diff", "before.txt", "now.txt"],
    ];
    for (const line of lines) {
      const { status, stderr } = await runNarrow(line, cwd);
      assert.equal(status, 0, `${line.join(" ")}: ${stderr}`);
    }
  });
});

Deno.test("on Linux that is not enough to look into a process, so executables for it may do all", async () => {
  const maps = `/proc/${Deno.pid}/maps`;
  const read = `Deno.readTextFileSync("${maps}")`;
  const ask = async (allowed: readonly string[]): Promise<string> => {
    const script = `try { ${read}; console.log("read") } catch (e) { console.log(e.name) }`;
    await Deno.writeTextFile(`${folder}/read.ts`, script);
    const words = ["run", "-q", "--no-prompt", "--no-config", ...allowed, `${folder}/read.ts`];
    return (await execute(Deno.execPath(), words)).stdout.trim();
  };
  const folder = await Deno.makeTempDir();
  try {
    assert.equal(await ask(permissionsFor(WINDOWS)), "NotCapable");
    assert.equal(await ask(["--allow-all", "--deny-net"]), "NotCapable");
    assert.equal(await ask(permissionsFor(TARGETS[0]!)), "read");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
