/** Programs and libraries of Windows, made by zig from npm. */
import { hostTarget } from "../../scripts/building/targets.ts";
import { zigCompiler } from "../../scripts/building/zig.ts";
import { run, say } from "../../scripts/shell.ts";

/** Compiles a C file of this folder, without any C library, with the flags that it needs besides. */
export async function compileForWindows(
  source: string,
  output: string,
  flags: readonly string[],
): Promise<void> {
  const { program, args, env } = await zigCompiler(hostTarget(), "x86_64-windows-gnu", say);
  const work = Deno.makeTempDirSync();
  try {
    const path = new URL(source, import.meta.url).pathname;
    // What others would link against is of no use here, and is left in the folder that goes.
    const usual = [
      "-nostdlib",
      "-O1",
      "-s",
      "-Wall",
      "-Wextra",
      "-Wl,--out-implib=" + work + "/x.lib",
    ];
    await run(program, [...args, ...usual, "-o", output, path, ...flags], { env });
  } finally {
    Deno.removeSync(work, { recursive: true });
  }
}
