import assert from "node:assert/strict";
import {
  type CollapsedOptions,
  createCollapsed,
  DEFAULT_COLLAPSED,
} from "../../collectors/collapsed.ts";
import { escapeCollapsed } from "../../collectors/escape.ts";
import { joinPieces, ProfileBuilder, readPieces, shopProfile, SUMMARY } from "./profiles.ts";

function render(builder: ProfileBuilder, options: Partial<CollapsedOptions> = {}): string {
  const collector = createCollapsed({ ...DEFAULT_COLLAPSED, ...options });
  return readPieces(collector.finish(builder.profile, SUMMARY));
}

/** What a reader of the format does to get a frame's text back. */
function unescape(text: string): string {
  return text.replace(
    /\\(\\|x([0-9a-f]{2})|u([0-9a-f]{4}))/g,
    (_, sign: string, x?: string, u?: string) =>
      sign === "\\" ? "\\" : String.fromCharCode(parseInt(x ?? u ?? "", 16)),
  );
}

Deno.test("collapsed prints root first, count last, highest count first", () => {
  const serve = "shop.py:<module>:90;shop.py:Shop.serve:44";
  assert.equal(
    render(shopProfile()),
    [
      `${serve};pricing.py:price_order:12 400`,
      `${serve};pricing.py:price_order:13 200`,
      `${serve};tree.py:walk:8;tree.py:walk:8;tree.py:walk:8 200`,
      `${serve};__init__.py:loads:352 150`,
      `${serve};__init__.py:loads:352;<GC> 30`,
      `${serve} 20`,
      "",
    ].join("\n"),
  );
});

Deno.test("collapsed merges stacks that read the same and differ only in columns", () => {
  const builder = new ProfileBuilder();
  const thread = builder.thread(1);
  const at = (column: number) => ({ file: "/a/x.py", name: "f", first: 1, line: 3, column });
  const leaf = { file: "/a/x.py", name: "g", first: 7, line: 8 };
  builder.sample(thread, [at(0), leaf], 2).sample(thread, [at(8), leaf], 3);
  assert.equal(render(builder), "x.py:f:3;x.py:g:8 5\n");
});

Deno.test("collapsed begins lines with the thread when all threads are sampled", () => {
  const builder = new ProfileBuilder({ allThreads: true });
  const [main, other] = [builder.thread(900), builder.thread(17)];
  const f = { file: "x.py", name: "f", line: 1 };
  builder.sample(main, [f], 4).sample(other, [f], 4).sample(other, [f, f], 9);
  assert.equal(
    render(builder),
    "tid:17;x.py:f:1;x.py:f:1 9\ntid:17;x.py:f:1 4\ntid:900;x.py:f:1 4\n",
  );
});

Deno.test("collapsed tells threads apart, or not, when it is asked to", () => {
  const builder = new ProfileBuilder({ allThreads: true });
  const [main, other] = [builder.thread(900), builder.thread(17)];
  const f = { file: "x.py", name: "f", line: 1 };
  builder.sample(main, [f], 4).sample(other, [f], 5).sample(other, [f, f], 6);
  assert.equal(render(builder, { threads: false }), "x.py:f:1 9\nx.py:f:1;x.py:f:1 6\n");
  const single = new ProfileBuilder();
  single.sample(single.thread(900), [f], 4);
  assert.equal(render(single, { threads: true }), "tid:900;x.py:f:1 4\n");
});

Deno.test("collapsed leaves out lines, or functions and the steps within a file", () => {
  assert.equal(
    render(shopProfile(), { granularity: "function" }),
    [
      "shop.py:<module>;shop.py:Shop.serve;pricing.py:price_order 600",
      "shop.py:<module>;shop.py:Shop.serve;tree.py:walk;tree.py:walk;tree.py:walk 200",
      "shop.py:<module>;shop.py:Shop.serve;__init__.py:loads 150",
      "shop.py:<module>;shop.py:Shop.serve;__init__.py:loads;<GC> 30",
      "shop.py:<module>;shop.py:Shop.serve 20",
      "",
    ].join("\n"),
  );
  assert.equal(
    render(shopProfile(), { granularity: "file" }),
    "shop.py;pricing.py 600\nshop.py;tree.py 200\nshop.py;__init__.py 150\n" +
      "shop.py;__init__.py;<GC> 30\nshop.py 20\n",
  );
});

Deno.test("collapsed orders equal counts by stack, a caller before what it calls", () => {
  const builder = new ProfileBuilder();
  const thread = builder.thread(1);
  const [a, b, c] = ["a", "b", "c"].map((name) => ({ file: "x.py", name, line: 1 }));
  builder.sample(thread, [c!]).sample(thread, [a!, c!]).sample(thread, [b!]);
  builder.sample(thread, [a!, b!]).sample(thread, [a!]).sample(thread, [a!, b!, a!]);
  const names = render(builder).trimEnd().split("\n").map((line) =>
    line.replace(/x\.py:|:1| 1$/g, "")
  );
  assert.deepEqual(names, ["a", "a;b", "a;b;a", "a;c", "b", "c"]);
});

Deno.test("escaped text has no separator, is one line, and comes back unchanged", () => {
  const hostile = [
    "a;b",
    "two\nlines\r\n",
    "  blanks ",
    "back\\slash\\x3b",
    "\x1b[2J\x00\x7f\x85\u2028",
    "lone\ud800x\udcff",
    "価格 <lambda>",
    " ",
    "\\",
    "",
  ];
  for (const text of hostile) {
    const escaped = escapeCollapsed(text);
    assert.doesNotMatch(escaped, /[;\n\r\u2028\u0085]|^\s|\s$/);
    assert.equal(unescape(escaped), text);
  }
  assert.equal(escapeCollapsed("a;b\\c\n"), "a\\x3bb\\\\c\\x0a");
});

Deno.test("hostile names give lines that still have one count and the right frames", () => {
  const builder = new ProfileBuilder();
  const thread = builder.thread(1);
  const names = ["evil 99\nfake;frame 5", "x\ud800", "; ;", "end "];
  builder.sample(thread, names.map((name) => ({ file: `/d/${name}.py`, name, line: 1 })), 7);
  const lines = render(builder).split("\n");
  assert.equal(lines.length, 2);
  assert.match(lines[0]!, / 7$/);
  assert.equal(lines[0]!.split(";").length, names.length);
});

Deno.test("collapsed yields a large output in pieces", () => {
  const builder = new ProfileBuilder();
  const thread = builder.thread(1);
  const root = { file: "x.py", name: "r".repeat(200), line: 1 };
  for (let i = 0; i < 2000; i++) builder.sample(thread, [root, { file: "x.py", name: `f${i}` }]);
  const collector = createCollapsed(DEFAULT_COLLAPSED);
  const pieces = Array.from(collector.finish(builder.profile, SUMMARY), (piece) => piece.slice());
  assert.ok(pieces.length > 4);
  assert.ok(Math.max(...pieces.map((piece) => piece.length)) < 128 * 1024);
  assert.equal(new TextDecoder().decode(joinPieces(pieces)).split("\n").length, 2001);
});
