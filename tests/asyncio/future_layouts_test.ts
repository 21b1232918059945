import assert from "node:assert/strict";
import { FUTURE_LAYOUTS } from "../../src/cpython/asyncio/future_layouts.ts";
import { ask } from "../cpython/interpreters.ts";
import { interpreters } from "./interpreters.ts";

/** Looks for what a task refers to among the words of the task itself. */
const SCRIPT = `
import asyncio, ctypes, gc, json
async def child(): await asyncio.sleep(9)
def called(_): pass
def after(_): pass
async def main():
    coroutine = child()
    task = asyncio.create_task(coroutine, name="the name")
    await asyncio.sleep(0)
    task.add_done_callback(called)
    task.add_done_callback(after)
    words = (ctypes.c_uint64 * (type(task).__basicsize__ // 8)).from_address(id(task))
    def find(what): return [8 * i for i, word in enumerate(words) if word == id(what)]
    [listed] = [one for one in gc.get_referents(task) if type(one) is list]
    print(json.dumps({
        "loop": find(asyncio.get_running_loop()), "callback": find(called), "callbacks": find(listed),
        "coroutine": find(coroutine), "name": find(task.get_name()), "size": [type(task).__basicsize__],
    }))
    task.remove_done_callback(called)
    task.remove_done_callback(after)
asyncio.run(main())
`;

for (const python of interpreters) {
  const layout = FUTURE_LAYOUTS[Number(python.minor.slice(2))];
  if (layout === undefined) continue;
  Deno.test(`tasks of Python ${python.version} have what is read of them where it is looked for`, async () => {
    const expected = Object.entries(layout).map(([name, offset]) => [name, [offset]]);
    assert.deepEqual(await ask(python, SCRIPT), Object.fromEntries(expected));
  });
}
