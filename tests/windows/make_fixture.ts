/** Makes the library that `pe_test.ts` reads. */
import { compileForWindows } from "./zig.ts";

const output = new URL("python_like.dll", import.meta.url).pathname;
await compileForWindows("python_like.c", output, ["-shared"]);
Deno.chmodSync(output, 0o644);
