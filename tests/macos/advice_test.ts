import assert from "node:assert/strict";
import type { OwnRights, TargetRights } from "../../ffi/machine.ts";
import { readOwnRights } from "../../ffi/macos/rights.ts";
import { entitlements } from "../../scripts/building/signature.ts";
import { checkMac } from "../../src/cli/doctor/mac_checks.ts";
import { adviseOnMac, ENTITLEMENTS } from "../../src/cli/mac_permission.ts";
import { FakeMac } from "./fake_calls.ts";

const OWN: OwnRights = { ...readOwnRights(new FakeMac()), user: 501, isDebugger: false };
const TARGET: TargetRights = {
  pid: 42,
  users: [501, 501, 501],
  groups: [20, 20, 20],
  outranks: false,
  descends: false,
  samePids: true,
  tracer: 0,
  ownPid: 42,
  label: "",
};

function advise(own: Partial<OwnRights>, target: Partial<TargetRights>): string[] {
  const names = (user: number): string => `user${user}\u001b`;
  return adviseOnMac({ ...OWN, ...own }, { ...TARGET, ...target }, "tachyon", names)
    .map(({ why, commands, note }) => [why, ...commands, note].join(" | "));
}

Deno.test("people of macOS are told why they may not read a program, and what to do", () => {
  assert.match(advise({}, {}).join(), /^macOS lets only root .* \| sudo tachyon attach 42/);
  assert.match(
    advise({}, { users: [502, 502, 502] }).join(),
    /^It belongs to user502\\x1b, and we are user501\\x1b\. \| sudo tachyon attach 42 \| $/,
  );
  const system = advise({ user: 0 }, { guard: "system", users: [0, 0, 0] });
  assert.equal(system.length, 1);
  assert.match(system[0]!, /System Integrity Protection keeps everybody out.*Homebrew/);
  assert.match(advise({ user: 0 }, { guard: "hardened" }).join(), /hardened runtime/);
  assert.deepEqual(advise({ isDebugger: true }, { guard: "hardened" }), []);
  assert.deepEqual(advise({ user: 0 }, {}), []);
  const general = adviseOnMac(OWN, undefined, "tachyon", String);
  assert.deepEqual(general.map(({ commands }) => commands), [["sudo tachyon attach PID"]]);
});

Deno.test("doctor says on macOS who may read what", () => {
  const states = (own: Partial<OwnRights>): string[] =>
    checkMac({ ...OWN, ...own }, "me").map(({ name, state }) => `${name}: ${state}`);
  assert.deepEqual(states({}), ["user: bad", "signature: note", "cpus: note"]);
  assert.deepEqual(states({ user: 0 }), ["user: ok", "signature: note", "cpus: note"]);
  assert.deepEqual(states({ isDebugger: true }), ["user: ok", "signature: ok", "cpus: note"]);
});

Deno.test("what is signed into the program is what it looks for in itself", () => {
  assert(entitlements.endsWith(`/${ENTITLEMENTS}`));
  const process = { pid: Deno.pid, entitlements: Deno.readTextFileSync(entitlements) };
  assert.equal(readOwnRights(new FakeMac(process)).isDebugger, true);
});
