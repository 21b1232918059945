import assert from "node:assert/strict";
import { findUnfitName, isNamedInParts, nameParts, tagPart } from "../../src/cli/part_names.ts";

const VALUES = { number: 12, startedAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678), pid: "4242" };

function name(path: string): string | undefined {
  return nameParts([{ format: "binary", path }], VALUES)[0]!.path;
}

Deno.test("names of parts have their number, time and process", () => {
  assert.equal(name("p-%n.bin"), "p-0012.bin");
  assert.equal(name("/var/log/%t-%p.bin"), "/var/log/20260102T030405Z-4242.bin");
  assert.equal(name("100%%-%n"), "100%-0012");
  assert.equal(name("-"), "-");
  assert.equal(name("/tmp"), "/tmp");
  assert.equal(name("/dev/null"), "/dev/null");
  assert.equal(tagPart(VALUES), "4242_0012");
});

Deno.test("a name that is the same for all parts, or has what stands for nothing, is refused", () => {
  const unfit = (path: string): string | undefined =>
    findUnfitName([{ format: "binary", path }])?.what;
  assert.match(unfit("p-%p.bin")!, /All parts would go to p-%p\.bin/);
  assert.match(unfit("p.bin")!, /All parts would go to/);
  assert.match(unfit("%%n.bin")!, /All parts would go to/);
  assert.match(unfit("p-%n-%x.bin")!, /%x stands for nothing/);
  assert.match(unfit("p-%n-%")!, /% stands for nothing/);
  for (const path of ["p-%n", "%t", "-", "/tmp", "/dev/null"]) assert.equal(unfit(path), undefined);
  assert.equal(findUnfitName([{ format: "binary" }]), undefined);
});

Deno.test("outputs are known to be in parts by their names", () => {
  const isNamed = (path: string): boolean => isNamedInParts([{ format: "binary", path }]);
  assert.deepEqual(["a-%n", "a-%t", "a-%p", "a", "%%n", "-"].map(isNamed), [
    ...[true, true, false],
    ...[false, false, false],
  ]);
});
