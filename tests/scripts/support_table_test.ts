import assert from "node:assert/strict";
import { replaceRows } from "../../scripts/support/table.ts";

const page = [
  "# Title",
  "",
  "| Python | good | why |",
  "| - | - | - |",
  "| 3.8    | no   | old |",
  "| 3.13   | yes  | new |",
  "text",
];

Deno.test("rows take the place of those of the same version, and no other line changes", () => {
  const rows = [{ version: "3.13", cells: ["maybe", "-"] }];
  const replaced = replaceRows(page.join("\n"), rows).split("\n");
  assert.equal(replaced[5], "| 3.13   | maybe | -   |");
  assert.deepEqual(replaced.toSpliced(5, 1), page.toSpliced(5, 1));
});

Deno.test("a version without a row is an error", () => {
  assert.throws(() => replaceRows(page.join("\n"), [{ version: "3.1", cells: [] }]), /3\.1/);
});
