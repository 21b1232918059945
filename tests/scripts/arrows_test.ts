import assert from "node:assert/strict";
import {
  checkArrows,
  checkCircles,
  checkLength,
  checkReadme,
  type Import,
} from "../../scripts/arrows/check.ts";

function code(from: string, to: string): Import {
  return { from, to, types: false };
}

Deno.test("checkArrows accepts imports along the arrows, through rooms between and inside one", () => {
  assert.deepEqual(
    checkArrows([
      code("src/main.ts", "src/cli/program.ts"),
      code("src/cli/program.ts", "src/cli/commands/run.ts"),
      code("src/cli/program.ts", "src/cpython/runtime.ts"),
      code("src/sampler/worker.ts", "ffi/platform.ts"),
      code("ffi/platform.ts", "ffi/linux/platform.ts"),
      code("src/sampler/worker.ts", "ffi/process.ts"),
      code("src/cli/version.ts", "deno.json"),
      code("tests/ffi/a_test.ts", "ffi/linux/maps.ts"),
    ]),
    [],
  );
});

Deno.test("checkArrows refuses an import against an arrow and names both rooms", () => {
  assert.deepEqual(checkArrows([code("src/profile/tables.ts", "src/analysis/functions.ts")]), [
    "src/profile/tables.ts imports src/analysis/functions.ts: there is no arrow profile → analysis",
  ]);
});

Deno.test("checkArrows lets only the worker know the operating systems", () => {
  for (const from of ["src/cli/a.ts", "src/cpython/a.ts", "src/sampler/loop.ts", "src/main.ts"]) {
    assert.equal(checkArrows([code(from, "ffi/linux/maps.ts")]).length, 1, from);
  }
});

Deno.test("checkArrows lets assets import analyses, and nothing that writes pages", () => {
  assert.deepEqual(checkArrows([code("assets/view.ts", "src/analysis/units.ts")]), []);
  assert.equal(checkArrows([code("assets/view.ts", "src/report/page.ts")]).length, 1);
});

Deno.test("checkArrows lets collectors of pages import reports, and no other collector", () => {
  assert.deepEqual(checkArrows([code("collectors/heatmap.ts", "src/report/page.ts")]), []);
  assert.equal(checkArrows([code("collectors/pstats.ts", "src/report/page.ts")]).length, 1);
});

Deno.test("checkArrows refuses files of no room, such as tests and scripts", () => {
  assert.equal(checkArrows([code("src/cli/a.ts", "tests/cli/fake.ts")]).length, 1);
  assert.equal(checkArrows([code("src/cli/a.ts", "scripts/shell.ts")]).length, 1);
  assert.equal(checkArrows([code("src/odd/a.ts", "src/profile/profile.ts")]).length, 1);
});

Deno.test("checkCircles names the files of a circle, and none where ways only meet again", () => {
  const meeting = [code("a", "b"), code("a", "c"), code("b", "d"), code("c", "d")];
  assert.deepEqual(checkCircles(meeting), []);
  assert.deepEqual(checkCircles([...meeting, code("d", "e"), code("e", "b")]), [
    "imports in a circle: b → d → e → b",
  ]);
  assert.deepEqual(checkCircles([code("a", "a")]), ["imports in a circle: a → a"]);
});

Deno.test("checkLength refuses 401 lines unless a comment at the top says why", () => {
  const lines = "x\n".repeat(400);
  assert.equal(checkLength("a.ts", lines), undefined);
  assert.match(checkLength("a.ts", `${lines}x\n`) ?? "", /^a\.ts has 401 lines/);
  assert.equal(checkLength("a.ts", `// long: one table\n${lines}`), undefined);
  assert.equal(checkLength("a.c", `/*\n * long: one table\n */\n${lines}`), undefined);
  assert.notEqual(checkLength("a.ts", `// long:\n${lines}`), undefined);
  assert.notEqual(checkLength("a.ts", `${lines}// long: said too late\n`), undefined);
});

Deno.test("checkReadme wants a block that equals the arrows", () => {
  assert.equal(checkReadme("# A\n\n```\na → b\nb → c\n```\n", "a → b\nb → c"), undefined);
  assert.notEqual(checkReadme("# A\n\n```\na → b\n```\n", "a → b\nb → c"), undefined);
});
