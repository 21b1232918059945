import assert from "node:assert/strict";
import { ORDERS, PYTHONS, runTachyon, SUBJECTS } from "../e2e/subjects.ts";
import { inTemporary, listFiles } from "../cli/command.ts";
import type { OutputFile } from "../../collectors/collector.ts";
import { HEATMAP_DIRECTORY } from "../../collectors/heatmap.ts";
import { placeDirectory } from "../../src/cli/directory_place.ts";
import { writeDirectory } from "../../src/cli/output_directory.ts";

const PYTHON = PYTHONS.at(-1)!;
const SOURCES = SUBJECTS[0]!;
const INDEX = new TextEncoder().encode(`<head>${HEATMAP_DIRECTORY.mark}</head>`);
const PAGE = "a.py-0123456789ab.html";

/** Writes a directory of an index and a page. */
function writeMap(path: string, fail = false): ReturnType<typeof writeDirectory> {
  function* files(): Generator<OutputFile> {
    yield { name: "index.html", bytes: [INDEX] };
    if (fail) throw new Deno.errors.NotFound("made up");
    yield { name: PAGE, bytes: [INDEX] };
  }
  return writeDirectory(path, files(), HEATMAP_DIRECTORY);
}

Deno.test("writeDirectory takes the place of an older output and of nothing else", async () => {
  await inTemporary(async (cwd) => {
    const map = `${cwd}/map`;
    assert.deepEqual(await writeMap(map), { path: `${map}/index.html` });
    Deno.writeTextFileSync(`${map}/old.py-0123456789ab.html`, "");
    assert.deepEqual(await writeMap(map), { path: `${map}/index.html` });
    assert.deepEqual(listFiles(map), [PAGE, "index.html"]);
    Deno.writeTextFileSync(`${map}/notes.txt`, "mine");
    const refused = await writeMap(map);
    assert.ok(typeof refused === "object" && "code" in refused);
    assert.equal(refused.what, `Cannot write to ${map}: something else is there already.`);
    assert.equal(Deno.readTextFileSync(`${map}/notes.txt`), "mine");
    await Deno.mkdir(`${cwd}/other`);
    await Deno.symlink(`${cwd}/other`, `${cwd}/link`);
    const linked = await writeMap(`${cwd}/link`);
    assert.ok(typeof linked === "object" && "code" in linked);
    assert.deepEqual(listFiles(cwd), ["link", "map", "other"]);
  });
});

Deno.test("a directory of pages may be in /dev/shm, but is no device and nothing that is open", async () => {
  await inTemporary((directory) => {
    const place = placeDirectory(`${directory}/map`, HEATMAP_DIRECTORY);
    assert.deepEqual(place, { kind: "directory", directory: `${directory}/`, name: "map" });
    return Promise.resolve();
  }, "/dev/shm");
  for (const path of ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/dev/null"]) {
    assert.ok("code" in placeDirectory(path, HEATMAP_DIRECTORY), path);
  }
});

Deno.test("writeDirectory leaves nothing when it fails, and what was there before", async () => {
  await inTemporary(async (cwd) => {
    await writeMap(`${cwd}/map`);
    await assert.rejects(writeMap(`${cwd}/map`, true));
    await assert.rejects(writeMap(`${cwd}/new`, true));
    assert.deepEqual(listFiles(cwd), ["map"]);
    assert.deepEqual(listFiles(`${cwd}/map`), [PAGE, "index.html"]);
  });
});

Deno.test("placeDirectory finds a new directory, an older output, or one to make another in", async () => {
  await inTemporary(async (cwd) => {
    const place = (path: string) => placeDirectory(path, HEATMAP_DIRECTORY);
    const named = (name: string) => ({ kind: "directory", directory: `${cwd}/`, name });
    assert.deepEqual(place(`${cwd}/x`), named("x"));
    assert.deepEqual(place(`${cwd}/x/`), named("x"));
    assert.deepEqual(place(`${cwd}/x.html`), named("x"));
    assert.deepEqual(place("x"), { kind: "directory", directory: ".", name: "x" });
    assert.deepEqual(place("."), { kind: "directory", directory: "." });
    await writeMap(`${cwd}/x`);
    assert.deepEqual(place(`${cwd}/x`), named("x"));
    await Deno.mkdir(`${cwd}/full`);
    Deno.writeTextFileSync(`${cwd}/full/a.txt`, "");
    assert.deepEqual(place(`${cwd}/full`), { kind: "directory", directory: `${cwd}/full` });
    for (
      const [path, why] of [
        [`${cwd}/full.html`, /something else is there/],
        [`${cwd}/full/a.txt`, /is a file/],
        ["-", /cannot go to standard output/],
        ["/dev/null", /cannot go to \/dev\/null/],
      ] as const
    ) {
      const refused = place(path);
      assert.ok("code" in refused, path);
      assert.match(refused.what, why);
    }
  });
});

Deno.test("a capture becomes a heat map that has the program's own lines", async () => {
  await inTemporary(async (cwd) => {
    const run = async (...words: string[]) => await runTachyon(SOURCES, words, { cwd });
    const python = ["--python", PYTHON.path];
    const made = await run(
      "run",
      ...python,
      "-d",
      "1",
      "--kill",
      "--heatmap",
      "-o",
      "map.html",
      ORDERS,
      "30",
    );
    assert.match(made.stderr, /heatmap written to \.?\/?map\/index\.html/);
    assert.deepEqual(listFiles(cwd), ["map"]);
    const name = listFiles(`${cwd}/map`).find((one) => one.startsWith("orders.py-"));
    assert.ok(name, made.stderr);
    const page = Deno.readTextFileSync(`${cwd}/map/${name}`);
    assert.match(page, /<i class=def>find_coupons<\/i>/);
    assert.match(page, /<tr id="line-\d+" class="[^"]*s8[^"]*" data-self="\d{2,}"/);
    assert.match(page, /<span class="x s\d t\d" data-in="0/);
    const refused = await run("attach", "--heatmap", "-o", "-", String(Deno.pid));
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /A directory of pages cannot go to standard output/);
  });
});
