import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { Profile } from "pprof-format";
import { createPprof } from "../../collectors/pprof.ts";
import { packGzip } from "../../collectors/pprof_gzip.ts";
import { escapeForTerminal } from "../../src/analysis/terminal_text.ts";
import { Random } from "../cpython/random.ts";
import { hostileProfile, renderCounted, runProgram, tasksProfile, withFile } from "./counted.ts";
import { joinPieces, ProfileBuilder, shopProfile, SUMMARY } from "./profiles.ts";
import { HOSTILE_NAMES } from "./time_lines.ts";

const write = (builder: ProfileBuilder): Uint8Array => renderCounted(builder, createPprof());

/** A profile as a test compares it. */
interface Decoded {
  readonly profile: Profile;
  readonly text: (index: number | bigint) => string;
  /** Samples as `root:line;leaf:line count…`, and their labels. */
  readonly samples: readonly { readonly line: string; readonly labels: Record<string, unknown> }[];
}

function decode(bytes: Uint8Array): Decoded {
  const profile = Profile.decode(gunzipSync(bytes));
  const text = (index: number | bigint): string => profile.stringTable.strings[Number(index)]!;
  const samples = profile.sample.map(({ locationId, value, label }) => {
    const frames = locationId.map((id) => {
      const [line] = profile.location.find((location) => location.id === id)!.line;
      const owner = profile.function.find((candidate) => candidate.id === line!.functionId)!;
      return `${text(owner.name)}:${line!.line}`;
    });
    const labels = label.map(({ key, str, num }) => [
      text(key),
      Number(str) === 0 ? Number(num) : text(str),
    ]);
    return {
      line: `${frames.reverse().join(";")} ${value.join(" ")}`,
      labels: Object.fromEntries(labels),
    };
  });
  return { profile, text, samples };
}

/** Path of Go's `pprof`; without Go says that it was not asked, which fails in CI. */
async function findGoPprof(): Promise<string | undefined> {
  try {
    return `${(await runProgram("go", ["env", "GOTOOLDIR"])).trim()}/pprof`;
  } catch {
    const hole = "NOT TESTED: go tool pprof, because there is no Go here (apt install golang-go)";
    assert.notEqual(Deno.env.get("CI"), "true", hole);
    // deno-lint-ignore no-console
    console.error(hole);
    return undefined;
  }
}

Deno.test("pprof has each stack with its count and time, leaf first", () => {
  const { profile, text, samples } = decode(write(shopProfile()));
  const serve = "<module>:90;Shop.serve:44";
  assert.deepEqual(samples.map(({ line }) => line).sort(), [
    `${serve} 20 20000000`,
    `${serve};loads:352 150 150000000`,
    `${serve};loads:352;<GC>:0 30 30000000`,
    `${serve};price_order:12 400 400000000`,
    `${serve};price_order:13 200 200000000`,
    `${serve};walk:8;walk:8;walk:8 200 200000000`,
  ]);
  assert.deepEqual(samples[0]!.labels, { "thread id": 4242, "thread name": "MainThread" });
  assert.deepEqual(
    profile.sampleType.map(({ type, unit }) => [text(type), text(unit)]),
    [["samples", "count"], ["wall", "nanoseconds"]],
  );
  assert.equal(text(profile.periodType!.type), "wall");
  assert.equal(text(profile.defaultSampleType), "wall");
  assert.equal(Number(profile.period), 1_000_000);
  assert.equal(BigInt(profile.timeNanos), 1_760_000_000_000_000_000n);
  assert.equal(Number(profile.durationNanos), 999_000_000);
});

Deno.test("pprof knows where functions begin and which file they are in", () => {
  const { profile, text } = decode(write(shopProfile()));
  const places = profile.function.map(({ name, filename, startLine }) =>
    `${text(filename)}:${startLine}:${text(name)}`
  );
  assert.deepEqual(places.sort(), [
    "/srv/shop/pricing.py:10:price_order",
    "/srv/shop/shop.py:1:<module>",
    "/srv/shop/shop.py:40:Shop.serve",
    "/srv/shop/tree.py:5:walk",
    "/usr/lib/python3.14/json/__init__.py:299:loads",
    ":0:<GC>",
  ]);
});

Deno.test("pprof says in comments how the profile was taken", () => {
  const builder = shopProfile();
  builder.profile.quality.missedTicks = 10;
  builder.profile.quality.rejected[0] = 3;
  const { profile, text } = decode(write(builder));
  const comments = profile.comment.map(text).join("\n");
  assert.match(comments, /^mode: wall time, main thread, verified stacks$/m);
  assert.match(comments, /^rate: 1 kHz of 1 kHz asked/m);
  assert.match(comments, /^lost: 10 ticks missed .*3 stacks rejected/m);
});

Deno.test("pprof labels samples with thread, interpreter and innermost task", () => {
  const { samples } = decode(write(tasksProfile()));
  assert.deepEqual(samples.map(({ labels }) => labels), [
    { "thread id": 17, "thread name": "MainThread", task: "inner" },
    { "thread id": 18, interpreter: 3 },
  ]);
});

Deno.test("pprof has counts alone where the time of a sample is not known", () => {
  const builder = shopProfile({ intervalUs: 0, startedAt: 0, tool: "collapsed" });
  builder.profile.quality.ticks = 0;
  const bytes = renderCounted(builder, createPprof(), { ...SUMMARY, durationUs: 0 });
  const { profile, text, samples } = decode(bytes);
  assert.deepEqual(profile.sampleType.map(({ type }) => text(type)), ["samples"]);
  assert.equal(profile.periodType, undefined);
  assert.match(samples[0]!.line, /;Shop\.serve:44 20$/);
});

Deno.test("hostile names survive pprof, harmless to the terminals of its viewers", async () => {
  const bytes = write(hostileProfile());
  const { profile, text } = decode(bytes);
  assert.deepEqual(
    profile.function.map(({ name }) => text(name)),
    HOSTILE_NAMES.map(escapeForTerminal),
  );
  const go = await findGoPprof();
  if (go === undefined) return;
  const top = await withFile(bytes, ".pb.gz", (path) => runProgram(go, ["-top", path]));
  for (const name of HOSTILE_NAMES) assert.ok(top.includes(` ${escapeForTerminal(name)}\n`), name);
});

Deno.test("go tool pprof shows what was sampled, and refuses a file that is wrong", async () => {
  const go = await findGoPprof();
  if (go === undefined) return;
  const bytes = write(shopProfile());
  const top = await withFile(bytes, ".pb.gz", (path) => runProgram(go, ["-top", path]));
  const rows = top.slice(top.indexOf("cum%\n") + 5).trimEnd().split("\n");
  assert.deepEqual(rows.map((row) => row.trim().replace(/ +/g, " ")), [
    "600ms 60.00% 60.00% 600ms 60.00% price_order",
    "200ms 20.00% 80.00% 200ms 20.00% walk",
    "150ms 15.00% 95.00% 180ms 18.00% loads",
    "30ms 3.00% 98.00% 30ms 3.00% <GC>",
    "20ms 2.00% 100% 1000ms 100% Shop.serve",
    "0 0% 100% 1000ms 100% <module>",
  ]);
  const tags = await withFile(bytes, ".pb.gz", (path) => runProgram(go, ["-tags", path]));
  assert.match(tags, /1\.0s \( {2}100%\): MainThread/);

  // One more sample, with one value where the types of values are two.
  const wrong = joinPieces([gunzipSync(bytes), Uint8Array.of(0x12, 3, 0x12, 1, 5)]);
  for (const broken of [bytes.subarray(0, bytes.length - 8), wrong]) {
    await assert.rejects(withFile(broken, ".pb.gz", (path) => runProgram(go, ["-top", path])));
  }
});

Deno.test("gzip in blocks comes back as it was, whatever the pieces", () => {
  const random = new Random(7);
  for (
    const sizes of [[], [0], [5], [262_144], [262_143, 2, 700_000], [100_000, 100_000, 100_000]]
  ) {
    const pieces = sizes.map((size) => random.bytes(size).fill(7, size >> 2));
    const packed = joinPieces(packGzip(pieces));
    assert.deepEqual(new Uint8Array(gunzipSync(packed)), joinPieces(pieces));
  }
});

Deno.test("browsers unpack it, too, which take no file of several members", async () => {
  const bytes = new Uint8Array(600_000).map((_, index) => index % 251);
  const packed = new Blob([...packGzip([bytes])].map((piece) => new Uint8Array(piece)));
  const stream = packed.stream().pipeThrough(new DecompressionStream("gzip"));
  assert.deepEqual(new Uint8Array(await new Response(stream).arrayBuffer()), bytes);
});
