import assert from "node:assert/strict";
import { printStructs, structsFile } from "../../scripts/mac_structs.ts";

Deno.test("the numbers that the compiler compares with Apple's headers are those that are used", () => {
  assert.equal(
    Deno.readTextFileSync(structsFile),
    printStructs(),
    "run `deno run -A scripts/mac_structs.ts`, and build the helper for macOS",
  );
});
