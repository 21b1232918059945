import assert from "node:assert/strict";
import { createCollapsed, DEFAULT_COLLAPSED } from "../../collectors/collapsed.ts";
import { parseFrame } from "../../src/recording/inputs/collapsed.ts";
import { ProfileBuilder, readPieces, shopProfile, SUMMARY } from "../collectors/profiles.ts";
import { readStacks, refusal } from "./reading.ts";

function render(builder: ProfileBuilder): string {
  return readPieces(createCollapsed(DEFAULT_COLLAPSED).finish(builder.profile, SUMMARY));
}

Deno.test("our own lines come back as they were", () => {
  const text = render(shopProfile());
  const { input, lines } = readStacks(text);
  assert.equal(lines.join("\n") + "\n", text);
  assert.equal(input.profile.quality.samples, 1000);
  assert.equal(input.knows, "counts");
});

Deno.test("threads and hostile names come back as they were", () => {
  const builder = new ProfileBuilder({ allThreads: true });
  const [main, other] = [builder.thread(900), builder.thread(17)];
  const names = [
    "evil 99\nfake;frame 5",
    "x\ud800",
    "; ;",
    "end ",
    "back\\slash\\x3b",
    "</script>",
  ];
  const frames = names.map((name) => ({ file: `/d/${name}.py`, name, line: 7 }));
  builder.sample(main, frames, 7).sample(other, frames.slice(2), 5);
  const text = render(builder);
  const { input, lines } = readStacks(text);
  assert.equal(lines.join("\n") + "\n", text);
  assert.deepEqual(input.profile.threads.map(({ tid }) => tid), [900, 17]);
  for (const name of names) assert.ok(input.profile.strings.includes(name), name);
});

Deno.test("lines of other tools are read whatever their frames look like", () => {
  const { lines, input } = readStacks(
    "java;Foo.bar;[libc.so] 12\r\nmain (app/x.py:14);f (app/y.py:3) 5\n\n" +
      "a b c 2\njava;Foo.bar;[libc.so] 1.5\nC:\\x41\\tool.exe;f 1\n",
  );
  assert.deepEqual(lines, [
    "java;Foo.bar;[libc.so] 14",
    "x.py:main:14;y.py:f:3 5",
    "a b c 2",
    "C:\\\\x41\\\\tool.exe;f 1",
  ]);
  assert.equal(input.profile.quality.samples, 22);
  assert.deepEqual(input.notes(), []);
});

Deno.test("parseFrame tells functions, files and names apart", () => {
  const parse = (text: string): unknown[] => {
    const { file, name, line, kind } = parseFrame(text);
    return [file, name, line, kind];
  };
  assert.deepEqual(parse("shop.py:Shop.<locals>.f:12"), [
    "shop.py",
    "Shop.<locals>.f",
    12,
    "python",
  ]);
  assert.deepEqual(parse("shop.py:serve"), ["shop.py", "serve", 0, "python"]);
  assert.deepEqual(parse("<string>:f:1"), ["<string>", "f", 1, "python"]);
  assert.deepEqual(parse("f (a b.py:3)"), ["a b.py", "f", 3, "python"]);
  assert.deepEqual(parse("<GC>"), ["~", "<GC>", 0, "gc"]);
  assert.deepEqual(parse("<native>"), ["~", "<native>", 0, "native"]);
  assert.deepEqual(parse("std::vector<int>::push"), [
    "~",
    "std::vector<int>::push",
    0,
    "synthetic",
  ]);
});

Deno.test("without any count each line is a sample; among others such lines are left out", () => {
  assert.deepEqual(readStacks("a;b\na;b\na;c\n").lines, ["a;b 2", "a;c 1"]);
  const { lines, input } = readStacks("a;b 3\na;c\na;d 1\n");
  assert.deepEqual(lines, ["a;b 3", "a;d 1"]);
  assert.deepEqual(input.notes(), ["Lines without a count were left out: 1."]);
});

Deno.test("counts too large for a profile keep their shares, and it is said", () => {
  const { lines, input } = readStacks("a 40000000000\nb 10000000000\nc 3\n");
  assert.deepEqual(lines, ["a 400000000", "b 100000000"]);
  assert.deepEqual(input.notes(), ["Counts were divided by 100, as they are very large."]);
});

Deno.test("a large file is read in pieces, lines across their borders too", () => {
  const names = Array.from(
    { length: 40_000 },
    (_, i) => `root;${"é".repeat(20)}${i % 500};leaf ${i % 7 + 1}`,
  );
  const { input, lines } = readStacks(names.join("\n"));
  assert.equal(lines.length, 500);
  const total = names.reduce((sum, line) => sum + Number(line.at(-1)), 0);
  assert.equal(input.profile.quality.samples, total);
});

Deno.test("text that is no profile is refused", () => {
  assert.match(refusal("This is a letter.\nIt has no stacks in it.\n"), /^unknown-kind/);
  assert.match(refusal("\x01\x02;a 5\n"), /^unknown-kind/);
  assert.match(refusal(""), /^empty/);
  assert.match(refusal(new Uint8Array([0x1f, 0x8b, 8, 0])), /packed with gzip/);
});
