/** Makes the library that `pe_test.ts` reads, with zig from npm. */
import { hostTarget } from "../../scripts/building/targets.ts";
import { zigCompiler } from "../../scripts/building/zig.ts";
import { run, say } from "../../scripts/shell.ts";

const folder = new URL(".", import.meta.url).pathname;
const { program, args, env } = await zigCompiler(hostTarget(), "x86_64-windows-gnu", say);
const flags = ["-shared", "-nostdlib", "-O1", "-s", "-Wl,--out-implib=/dev/null"];
const files = ["-o", `${folder}/python_like.dll`, `${folder}/python_like.c`];
await run(program, [...args, ...flags, ...files], { env });
