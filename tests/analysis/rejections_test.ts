import assert from "node:assert/strict";
import { findDependence } from "../../src/analysis/rejections.ts";
import { REPLACED, REPLACEMENT } from "../../src/profile/profile.ts";
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

Deno.test("a function that is replaced by others is named, with what it lost", () => {
  const away = lose([0, 0, 0.2, 0.2], 4, REPLACED).profile;
  const pairs = away.replacedAt.at(2) + away.replacedAt.at(3);
  // Those of f2 become f3, and those of f3 stay.
  for (let i = 0; i < pairs; i++) away.lose(i, 0, REPLACEMENT, 3);
  const found = findDependence(away)!;
  assert.equal(found.fate, "replaced");
  assert.equal(away.strings[found.name], "f2");
  assert.equal(found.shareKept, 0);
  assert.ok(Math.abs(found.missing - 0.03) < 0.005, `${found.missing}`);
});

Deno.test("functions that are replaced by each other equally are no cause for a warning", () => {
  const { profile } = lose([0, 0, 0.3, 0.3], 5, REPLACED);
  const [two, three] = [2, 3].map((stack) => profile.replacedAt.at(stack));
  for (let i = 0; i < two! - 8; i++) profile.lose(i, 0, REPLACEMENT, 2);
  for (let i = 0; i < three! + 8; i++) profile.lose(i, 0, REPLACEMENT, 3);
  assert.equal(findDependence(profile), undefined);
});

Deno.test("a handful of rejections says nothing", () => {
  const chain = new Chain(SHARES, 0, 9).sample(20_000);
  for (let i = 0; i < 19; i++) chain.profile.lose(i, 0, 0, 3);
  assert.equal(findDependence(chain.profile), undefined);
});
