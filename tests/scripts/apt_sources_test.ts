import assert from "node:assert/strict";
import { findMirror } from "../../scripts/pythons/apt_sources.ts";

function mirrorIn(path: string, text: string): ReturnType<typeof findMirror> {
  return findMirror(new Map([[path, text]]), "bookworm");
}

Deno.test("findMirror reads a one-line source and passes over security and other vendors", () => {
  const text = `
# deb http://commented.test/debian bookworm main
deb http://security.test/debian-security bookworm-security main
deb [arch=amd64] http://vendor.test/linux bookworm stable
deb-src http://source.test/debian bookworm main
deb [ arch=amd64 signed-by=/keys/a.gpg ] http://mirror.test/debian bookworm contrib main # ours
`;
  assert.deepEqual(mirrorIn("sources.list", text), {
    uri: "http://mirror.test/debian",
    signedBy: "/keys/a.gpg",
  });
});

Deno.test("findMirror reads deb822 stanzas with comments, folded fields and disabled entries", () => {
  const text = `Types: deb
URIs: http://off.test/debian
Suites: bookworm
Components: main
Enabled: no

Types: deb deb-src
# a comment inside
URIs: http://mirror.test/debian
Suites: bookworm
 bookworm-updates
Components: main contrib
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
`;
  assert.deepEqual(mirrorIn("debian.sources", text), { uri: "http://mirror.test/debian" });
});

Deno.test("findMirror finds nothing when only parts of a release are served", () => {
  assert.equal(mirrorIn("a.list", "deb http://m.test/debian bookworm-updates main\n"), undefined);
  assert.equal(mirrorIn("a.list", "deb http://m.test/debian ./\n"), undefined);
  assert.equal(mirrorIn("a.sources", ""), undefined);
});
