import assert from "node:assert/strict";
import { givingChances } from "./chances.ts";
import { listOpcodes } from "../../src/profile/opcodes.ts";
import { type Place, seenStacks, shareOf, tolerance } from "./captured.ts";
import { minorOf, type Python } from "../../scripts/pythons.ts";
import { allPythons, parallelPythons } from "./pythons.ts";
import { capture, cpus, Running } from "./running.ts";
import { missedShare, sharesDuring, type Told, untoldShare } from "./told.ts";

type Stack = readonly Place[];

/** From 3.11 on, instructions are replaced by special forms for what they meet; not by all threads of 3.13. */
function isSpecialised({ minor, freeThreaded }: Python): boolean {
  return Number(minor.slice(2)) >= (freeThreaded ? 14 : 11);
}

/** What stands above the uppermost frame of a function, leaf last; undefined if it is not on the stack. */
function above(stack: Stack, name: string): readonly string[] | undefined {
  const at = stack.findLastIndex((place) => place.name === name);
  return at < 0 ? undefined : stack.slice(at + 1).map((place) => place.name);
}

for (const python of [...await allPythons(), ...await parallelPythons()]) {
  const { path, minor, freeThreaded } = python;
  Deno.test(
    `C code and instructions have the shares that a program measured, on Python ${minorOf(python)}`,
    givingChances(async () => {
      // Without a GIL, all threads but the first have instructions of their own.
      const args = freeThreaded ? ["beside"] : [];
      await using target = await Running.start(path, "calling.py", args);
      const features = ["native", "opcodes"] as const;
      const how = { intervalUs: 500, seconds: 2, allThreads: freeThreaded, features };
      const captured = await capture(target.pid, how);
      const seen = seenStacks(captured).filter(({ thread }) => thread === captured.tids.length - 1);
      const told: Told = JSON.parse(await target.finish());
      const lost = missedShare(captured) + untoldShare(captured, told);
      const truth = sharesDuring(captured, told);
      const opcodes = listOpcodes(captured.pythonVersion);
      const isLeaf = (stack: Stack, name: string, base: RegExp): boolean => {
        const { opcode = -1, name: leaf } = stack.at(-1)!;
        return leaf === name && base.test(opcodes[opcode]?.base ?? "");
      };
      const found: Record<string, (stack: Stack) => boolean> = {
        check: (stack) => above(stack, "check")?.join() === "<native binascii.crc32>",
        fail: (stack) => above(stack, "fail")?.join() === "<native binascii.crc32>",
        order: (stack) =>
          /^<native builtins\.sorted>(,weigh|$)/.test(above(stack, "order")?.join() ?? ""),
        multiply: (stack) => isLeaf(stack, "multiply", /^BINARY_(OP|MULTIPLY)$/),
        seek: (stack) => isLeaf(stack, "seek", /^(CONTAINS_OP|COMPARE_OP)$/),
        pace: (stack) => isLeaf(stack, "pace", /^(?!CALL)./),
      };
      const isShort = Number(minor.slice(2)) <= 10;
      const leavesOut = new Set(["check", "fail", "order"]);
      const faults = Object.entries(found).flatMap(([name, is]) => {
        const share = truth.get(name)!;
        const measured = shareOf(seen, is);
        const most = 2 * tolerance(share, captured.independent) + lost;
        const [a, b, c] = [measured, share, most].map((value) => `${(value * 100).toFixed(2)} %`);
        const said = `${name}: ${a} of the samples, in truth ${b}, at most ${c} apart`;
        // Frames that are objects are read too slowly to prove C code of a few microseconds: it goes unmarked.
        const tooFew = share - measured > most && !(isShort && leavesOut.has(name));
        return measured - share > most || tooFew ? [said] : [];
      });
      assert.deepEqual(faults, [], faults.join("\n"));
      const marked = shareOf(seen, (stack) => /<native/.test(above(stack, "pace")?.join() ?? ""));
      assert.ok(marked < 0.01, `${marked} of the samples have C above a function that calls none`);
      const special = shareOf(seen, (stack) => {
        const { name, base } = opcodes[stack.at(-1)!.opcode ?? -1] ?? {};
        return name !== base;
      });
      assert.equal(
        special > 0,
        isSpecialised(python),
        `${special} of the leaves are special forms`,
      );
    }),
  );
}

/** Captures that are made until a call of C was seen. */
const MOST_CAPTURES = 12;

/** What the functions of `crews.py` execute, by their names behind the letter. */
const CREW: Readonly<Record<string, RegExp>> = {
  leaf: /^(RESUME|LOAD_FAST|LOAD_CONST|LOAD_SMALL_INT|BINARY_OP|RETURN_VALUE)/,
  step: /^(?!COMPARE_OP|BINARY_OP|CALL_KW)/,
  top: /^(?!FOR_ITER|GET_ITER|BINARY_OP|CALL_KW)/,
};

for (const python of await parallelPythons()) {
  Deno.test(`marks are those of a thread's own functions when threads come and go on Python ${minorOf(python)}`, async () => {
    await using target = await Running.start(python.path, "crews.py", [], cpus);
    const features = ["native", "opcodes"] as const;
    const how = { intervalUs: 500, seconds: 1.5, allThreads: true, features } as const;
    const called = new Set<string>();
    // Where others have the machine, its threads get to run too little.
    for (let i = 0; called.size === 0 && i < MOST_CAPTURES; i++) {
      const captured = await capture(target.pid, how);
      const opcodes = listOpcodes(captured.pythonVersion);
      for (const { stack } of seenStacks(captured)) {
        for (const [i, { file, name, opcode = -1 }] of stack.entries()) {
          if (file !== "<threads>") continue;
          const what = name.slice(2);
          if (opcode >= 0) assert.match(opcodes[opcode]!.base, CREW[what]!, name);
          const next = stack[i + 1]?.name ?? "";
          if (next.startsWith("<native")) called.add(`${what} ${next}`);
        }
      }
    }
    for (const call of called) {
      assert.match(call, /^(step <native( range)?>|top <native( time\.monotonic)?>)$/);
    }
    assert.ok(called.size > 0);
  });
}
