import assert from "node:assert/strict";
import { findDependence } from "../../src/analysis/rejections.ts";
import { REPLACED } from "../../src/profile/profile.ts";
import { Chain } from "./chains.ts";

const SHARES = [0.5, 0.3, 0.15, 0.05];

/** A capture in which readings are lost, with these chances by leaf. */
function lose(chances: readonly number[], seed: number, reason = 0): Chain {
  const chain = new Chain(SHARES, 0, seed).sample(20_000);
  for (let i = 0; i < 20_000; i++) {
    const at = chain.draw(SHARES);
    if (chain.random() < chances[at]!) chain.profile.lose(i * 100, 0, reason, at);
  }
  return chain;
}

Deno.test("rejections that strike all alike are no cause for a warning", () => {
  let alarms = 0;
  for (let seed = 1; seed <= 200; seed++) {
    if (findDependence(lose([0.01, 0.01, 0.01, 0.01], seed).profile) !== undefined) alarms++;
  }
  assert.ok(alarms <= 1, `${alarms} alarms`);
});

Deno.test("a function that is rejected more often than others is named, with what it lost", () => {
  const { profile } = lose([0.002, 0.002, 0.002, 0.3], 3);
  const found = findDependence(profile)!;
  assert.equal(found.fate, "rejected");
  assert.equal(profile.strings[found.name], "f3");
  assert.ok(found.shareLost > 0.8 && Math.abs(found.shareKept - 0.05) < 0.01);
  assert.ok(Math.abs(found.missing - 0.0145) < 0.003, `${found.missing}`);
});

Deno.test("readings that were replaced are compared in the same way", () => {
  const found = findDependence(lose([0, 0, 0.2, 0], 4, REPLACED).profile)!;
  assert.equal(found.fate, "replaced");
  assert.equal(found.shareLost, 1);
});

Deno.test("a handful of rejections says nothing", () => {
  const chain = new Chain(SHARES, 0, 9).sample(20_000);
  for (let i = 0; i < 19; i++) chain.profile.lose(i, 0, 0, 3);
  assert.equal(findDependence(chain.profile), undefined);
});
