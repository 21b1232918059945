import assert from "node:assert/strict";
import { createGecko } from "../../collectors/gecko.ts";
import { createPerfetto } from "../../collectors/perfetto.ts";
import { createSpeedscope } from "../../collectors/speedscope.ts";
import { HOSTILE_NAMES, hostileTimeLine, MEMORY, renderTimeLine } from "./time_lines.ts";

const FILES = HOSTILE_NAMES.map((name) => `/srv/${name}`);
const TITLE = HOSTILE_NAMES.join("");

Deno.test("hostile names of functions, files and threads survive gecko", () => {
  const { shared, threads } = JSON.parse(
    renderTimeLine(hostileTimeLine(TITLE), createGecko({}, MEMORY)),
  );
  const strings: string[] = shared.stringArray;
  assert.deepEqual(shared.funcTable.name.map((name: number) => strings[name]), HOSTILE_NAMES);
  assert.deepEqual(shared.sources.filename.map((name: number) => strings[name]), FILES);
  assert.equal(threads[0].name, TITLE);
});

Deno.test("hostile names of functions, files and threads survive speedscope", () => {
  const file = JSON.parse(renderTimeLine(hostileTimeLine(TITLE), createSpeedscope({}, MEMORY)));
  const frames: { name: string; file: string }[] = file.shared.frames;
  assert.deepEqual(frames.map(({ name }) => name), HOSTILE_NAMES);
  assert.deepEqual(frames.map(({ file }) => file), FILES);
  assert.equal(file.profiles[0].name, TITLE);
  assert.equal(file.name, `python3 ${TITLE}`);
});

Deno.test("hostile names of functions, files and threads survive perfetto", () => {
  const file = JSON.parse(renderTimeLine(hostileTimeLine(TITLE), createPerfetto()));
  const events: { ph: string; name: string; args: { file?: string; name?: string } }[] =
    file.traceEvents;
  const begun = events.filter(({ ph }) => ph === "B");
  assert.deepEqual(begun.map(({ name }) => name), HOSTILE_NAMES);
  assert.deepEqual(begun.map(({ args }) => args.file), FILES);
  assert.equal(events.find(({ name }) => name === "thread_name")?.args.name, TITLE);
});
