import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { BuildFault } from "../../scripts/building/fault.ts";
import { verifyIntegrity } from "../../scripts/building/npm_package.ts";

const tarball = new TextEncoder().encode("the bytes of a package");
const pinned = {
  name: "@somebody/something",
  version: "1.2.3",
  integrity: `sha512-${createHash("sha512").update(tarball).digest("base64")}`,
};

Deno.test("a tarball is accepted when its hash is the pinned one", () => {
  verifyIntegrity(pinned, tarball);
});

Deno.test("a tarball is refused by name when one byte is other than pinned", () => {
  const altered = tarball.slice();
  altered[3] = altered[3]! ^ 1;
  assert.throws(() => verifyIntegrity(pinned, altered), (fault) => {
    assert(fault instanceof BuildFault);
    assert.match(fault.message, /@somebody\/something@1\.2\.3/);
    assert(fault.message.includes(pinned.integrity));
    return true;
  });
});

Deno.test("a tarball is refused when it is cut off", () => {
  assert.throws(() => verifyIntegrity(pinned, tarball.subarray(0, -1)), BuildFault);
});
