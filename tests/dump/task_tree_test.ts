import assert from "node:assert/strict";
import { arrangeTasks } from "../../src/cli/dump/task_tree.ts";
import type { DumpedTask } from "../../src/sampler/dump.ts";

function task(id: number, awaiters: readonly number[], line = id): DumpedTask {
  const place = { file: "f.py", name: "wait", firstLine: 1, line, endLine: line };
  const frame = { kind: "python", ...place, column: -1, endColumn: -1, opcode: -1 } as const;
  return { id, name: `t${id}`, tid: 1, executing: false, awaiters, frames: [frame] };
}

/** Names with their levels, and who else awaits them. */
function shown(tasks: readonly DumpedTask[]): string[] {
  return arrangeTasks(tasks).map(({ tasks, level, others }) =>
    `${level} ${tasks.map(({ name }) => name).join("+")}${
      others.length > 0 ? ` < ${others.join()}` : ""
    }`
  );
}

Deno.test("tasks stand below those that await them, each once", () => {
  const diamond = [task(1, []), task(2, [1]), task(3, [1]), task(4, [2, 3]), task(5, [])];
  assert.deepEqual(shown(diamond), ["0 t1", "1 t2", "2 t4 < t3", "1 t3", "0 t5"]);
});

Deno.test("tasks that wait alike are shown together, others are not", () => {
  const tasks = [task(1, []), task(2, [1], 9), task(3, [1], 9), task(4, [1], 8), task(5, [3], 7)];
  assert.deepEqual(shown(tasks), ["0 t1", "1 t2", "1 t3", "2 t5", "1 t4"]);
  const many = Array.from({ length: 500 }, (_, i) => task(i + 10, [], 3));
  assert.deepEqual(arrangeTasks(many).map(({ tasks }) => tasks.length), [500]);
});

Deno.test("tasks that await each other in a circle, themselves, or what is not there, are shown once", () => {
  assert.deepEqual(shown([task(1, [2]), task(2, [1])]), ["0 t1 < t2", "1 t2"]);
  assert.deepEqual(shown([task(1, [1])]).length, 1);
  assert.deepEqual(shown([task(1, [99])]), ["0 t1"]);
});

Deno.test("a chain of very many tasks is arranged", () => {
  const chain = Array.from({ length: 20_000 }, (_, i) => task(i + 1, i === 0 ? [] : [i]));
  const groups = arrangeTasks(chain);
  assert.equal(groups.length, chain.length);
  assert.equal(groups.at(-1)!.level, chain.length - 1);
});
