import assert from "node:assert/strict";
import { readAnswer } from "../../scripts/pythons/find.ts";
import {
  choosePythons,
  compareVersions,
  isPreRelease,
  minorOf,
  nameOf,
  type Python,
} from "../../scripts/pythons/version.ts";

function python(version: string, path: string, freeThreaded = false): Python {
  return { version, minor: version.split(".", 2).join("."), freeThreaded, path };
}

Deno.test("versions are ordered by number and a pre-release comes before its final", () => {
  const versions = ["3.15.0", "3.9.18", "3.15.0rc1", "3.10.2", "3.15.0a7", "3.15.0b4", "3.15.0rc2"];
  assert.deepEqual(versions.sort(compareVersions), [
    "3.9.18",
    "3.10.2",
    "3.15.0a7",
    "3.15.0b4",
    "3.15.0rc1",
    "3.15.0rc2",
    "3.15.0",
  ]);
});

Deno.test("isPreRelease knows alphas, betas and candidates from finals and local builds", () => {
  assert.deepEqual(["3.15.0a7+", "3.15.0b1", "3.15.0rc1"].map(isPreRelease), [true, true, true]);
  assert.deepEqual(["3.15.0", "3.15.0+", "3.14.10"].map(isPreRelease), [false, false, false]);
});

Deno.test("choosePythons takes a final before a pre-release though that is preferred", () => {
  const chosen = choosePythons(
    [
      python("3.15.0rc1", "/repo/.pythons/a/bin/python3.15"),
      python("3.15.0", "/usr/bin/python3.15"),
    ],
    "/repo/.pythons",
  );
  assert.deepEqual(chosen.map((one) => one.path), ["/usr/bin/python3.15"]);
});

Deno.test("choosePythons takes one of the preferred folder before a newer one elsewhere", () => {
  const chosen = choosePythons(
    [python("3.13.18", "/usr/bin/python3.13"), python("3.13.2", "/repo/.pythons/a/bin/python3.13")],
    "/repo/.pythons",
  );
  assert.deepEqual(chosen.map((one) => one.version), ["3.13.2"]);
});

Deno.test("choosePythons takes the newest of equals, in order of versions, none free-threaded", () => {
  const chosen = choosePythons([
    python("3.14.10", "/a"),
    python("3.14.9", "/b"),
    python("3.9.1", "/c"),
    python("3.14.11", "/d", true),
  ], "/none");
  assert.deepEqual(chosen.map((one) => one.version), ["3.9.1", "3.14.10"]);
});

Deno.test("choosePythons takes only free-threaded ones when asked for them, and they have names of their own", () => {
  const found = [
    python("3.14.10", "/a"),
    python("3.14.7", "/b", true),
    python("3.13.5", "/c", true),
  ];
  const chosen = choosePythons(found, "/none", true);
  assert.deepEqual(chosen.map(nameOf), ["3.13.5t", "3.14.7t"]);
  assert.deepEqual(chosen.map(minorOf), ["3.13t", "3.14t"]);
  assert.deepEqual([nameOf(found[0]!), minorOf(found[0]!)], ["3.14.10", "3.14"]);
});

Deno.test("readAnswer takes CPython 3 and refuses other programs", () => {
  const answer = {
    implementation: "CPython",
    version: "3.14.10",
    freeThreaded: false,
    path: "/usr/bin/python3.14",
  };
  assert.deepEqual(readAnswer(JSON.stringify(answer)), python("3.14.10", "/usr/bin/python3.14"));
  assert.equal(readAnswer(JSON.stringify({ ...answer, implementation: "PyPy" })), undefined);
  assert.equal(readAnswer(JSON.stringify({ ...answer, version: "2.7.18" })), undefined);
  assert.equal(readAnswer(JSON.stringify({ ...answer, path: 3 })), undefined);
  assert.equal(readAnswer("hello"), undefined);
  assert.equal(readAnswer("null"), undefined);
});
