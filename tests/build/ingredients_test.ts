import assert from "node:assert/strict";
import { writeBillOfMaterials } from "../../scripts/building/bill_of_materials.ts";
import { listIngredients, writeLicences } from "../../scripts/building/ingredients.ts";

const ingredients = await listIngredients();

Deno.test("the executable's ingredients are those that its sources import, and what these need", () => {
  const names = ingredients.map(({ name }) => name);
  for (const name of ["deno", "commander", "preact", "@lezer/python", "@lezer/lr", "re2js"]) {
    assert.ok(names.includes(name), name);
  }
  for (const name of ["ajv", "playwright-core", "speedscope", "d3-flame-graph"]) {
    assert.ok(!names.includes(name), name);
  }
});

Deno.test("each ingredient has a licence that lets it be passed on, and its words", () => {
  const page = writeLicences(ingredients);
  for (const { name, version, licence, terms } of ingredients) {
    assert.match(licence, /^(MIT|ISC|BSD-[23]-Clause|Apache-2\.0)$/, name);
    assert.match(terms, /Copyright|\(c\)/i, name);
    assert.ok(page.includes(`${name} ${version} (${licence})`), name);
    assert.ok(page.includes(terms.trim()), name);
  }
});

Deno.test("the bill of materials names every ingredient with hash and licence, and all it needs", () => {
  const bill = writeBillOfMaterials("1.2.3", ingredients);
  assert.equal(bill.metadata.component.version, "1.2.3");
  assert.equal(bill.components.length, ingredients.length);
  const refs = new Set([
    bill.metadata.component["bom-ref"],
    ...bill.components.map((component) => component["bom-ref"]),
  ]);
  assert.equal(refs.size, ingredients.length + 1);
  for (const { ref, dependsOn } of bill.dependencies) {
    for (const one of [ref, ...dependsOn]) assert.ok(refs.has(one), one);
  }
  for (const { name, hashes, purl } of bill.components) {
    assert.match(purl!, /^pkg:/);
    if (name !== "deno") assert.match(hashes![0]!.content, /^[0-9a-f]{128}$/, name);
  }
  assert.deepEqual(bill, writeBillOfMaterials("1.2.3", ingredients));
});
