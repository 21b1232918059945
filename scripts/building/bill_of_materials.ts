import type { Ingredient } from "./ingredients.ts";
import { VERSION as ZIG } from "./zig.ts";

/** A bill of materials, as CycloneDX 1.6 has it (the part that is used here). */
export interface BillOfMaterials {
  readonly bomFormat: "CycloneDX";
  readonly specVersion: "1.6";
  readonly version: 1;
  readonly metadata: {
    readonly component: Component;
    readonly tools: { readonly components: readonly Component[] };
  };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

interface Component {
  readonly type: "application" | "library" | "platform";
  readonly "bom-ref": string;
  readonly name: string;
  readonly version: string;
  readonly licenses?: readonly { readonly expression: string }[];
  readonly purl?: string;
  readonly hashes?: readonly { readonly alg: "SHA-512"; readonly content: string }[];
}

/** What the executable is made of. It has neither time nor serial number, to be the same each time. */
export function writeBillOfMaterials(
  version: string,
  ingredients: readonly Ingredient[],
): BillOfMaterials {
  const own = component("application", "tachyon", version, "MIT");
  const address = (id: string): string => {
    const found = ingredients.find((one) => `${one.name}@${one.version}` === id);
    return found?.address ?? id;
  };
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: own,
      tools: {
        components: [
          component("application", "deno", Deno.version.deno, "MIT"),
          component("application", "zig", ZIG, "MIT"),
        ],
      },
    },
    components: ingredients.map(describe),
    dependencies: [
      { ref: own["bom-ref"], dependsOn: ingredients.map((one) => one.address) },
      ...ingredients.map((one) => ({ ref: one.address, dependsOn: one.needs.map(address) })),
    ],
  };
}

function describe(ingredient: Ingredient): Component {
  const { name, version, licence, address, sha512 } = ingredient;
  return {
    type: name === "deno" ? "platform" : "library",
    "bom-ref": address,
    name,
    version,
    licenses: [{ expression: licence }],
    purl: address,
    ...(sha512 === undefined ? {} : { hashes: [{ alg: "SHA-512", content: sha512 }] }),
  };
}

function component(
  type: Component["type"],
  name: string,
  version: string,
  licence: string,
): Component {
  const ref = `${name}@${version}`;
  return { type, "bom-ref": ref, name, version, licenses: [{ expression: licence }] };
}
