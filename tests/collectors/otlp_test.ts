import assert from "node:assert/strict";
import protobuf from "protobufjs";
import { createOtlp } from "../../collectors/otlp.ts";
import { localPythons } from "../../scripts/pythons/find.ts";
import { escapeForTerminal } from "../../src/analysis/terminal_text.ts";
import { hostileProfile, renderCounted, tasksProfile } from "./counted.ts";
import { METADATA, type ProfileBuilder, shopProfile } from "./profiles.ts";
import { HOSTILE_NAMES } from "./time_lines.ts";

/** Where Debian's package `opentelemetry-proto` puts the published schema. */
const FOLDERS = [`${localPythons}/debian-sid/usr/include`, "/usr/include"];
const SCHEMA = "opentelemetry/proto/profiles/v1development/profiles.proto";
const MESSAGE = "opentelemetry.proto.profiles.v1development.ProfilesData";

/** What the tests look at, as `toObject` gives it: numbers of 64 bits are strings, absent ones 0. */
interface Attribute {
  readonly keyStrindex: number;
  readonly value: Value | null;
}

interface Value {
  readonly stringValue?: string;
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
  readonly arrayValue?: { readonly values: readonly Value[] };
}

interface ValueType {
  readonly typeStrindex: number;
  readonly unitStrindex: number;
}

interface Data {
  readonly resourceProfiles: readonly [{
    readonly resource: { readonly attributes: readonly { key: string; value: Value }[] };
    readonly scopeProfiles: readonly [{
      readonly scope: { readonly name: string; readonly version: string };
      readonly profiles: readonly [{
        readonly sampleType: ValueType;
        readonly periodType: ValueType;
        readonly period: string;
        readonly timeUnixNano: string;
        readonly durationNano: string;
        readonly attributeIndices: readonly number[];
        readonly samples: readonly {
          readonly stackIndex: number;
          readonly attributeIndices: readonly number[];
          readonly values: readonly string[];
        }[];
      }];
    }];
  }];
  readonly dictionary: {
    readonly stringTable: readonly string[];
    readonly mappingTable: readonly object[];
    readonly linkTable: readonly object[];
    readonly attributeTable: readonly Attribute[];
    readonly stackTable: readonly { readonly locationIndices: readonly number[] }[];
    readonly locationTable: readonly {
      readonly lines: readonly { functionIndex: number; line: string; column: string }[];
      readonly attributeIndices: readonly number[];
    }[];
    readonly functionTable: readonly {
      readonly nameStrindex: number;
      readonly filenameStrindex: number;
      readonly startLine: string;
    }[];
  };
}

/** The published schema; where it is missing says that nothing was tested, which fails in CI. */
async function findSchema(): Promise<protobuf.Type | undefined> {
  for (const folder of FOLDERS) {
    if (await Deno.stat(`${folder}/${SCHEMA}`).catch(() => undefined) === undefined) continue;
    const root = new protobuf.Root();
    root.resolvePath = (_, target) => `${folder}/${target}`;
    return (await root.load(SCHEMA)).lookupType(MESSAGE);
  }
  const hole = "NOT TESTED: otlp, because Debian's opentelemetry-proto is not here: " +
    "remove .pythons and run `deno task pythons --provision`";
  assert.notEqual(Deno.env.get("CI"), "true", hole);
  // deno-lint-ignore no-console
  console.error(hole);
  return undefined;
}

/** A profile's file, decoded by the schema, and what its indices mean. */
class Decoded {
  readonly profile: Data["resourceProfiles"][0]["scopeProfiles"][0]["profiles"][0];

  constructor(readonly data: Data) {
    this.profile = data.resourceProfiles[0].scopeProfiles[0].profiles[0];
  }

  text(index: number): string {
    return this.data.dictionary.stringTable[index]!;
  }

  type({ typeStrindex, unitStrindex }: ValueType): string[] {
    return [this.text(typeStrindex), this.text(unitStrindex)];
  }

  attributes(indices: readonly number[]): Record<string, unknown> {
    return Object.fromEntries(indices.map((index) => {
      const { keyStrindex, value } = this.data.dictionary.attributeTable[index]!;
      return [this.text(keyStrindex), Object.values(value!)[0]];
    }));
  }

  /** `root:line;leaf:line count` of each sample. */
  lines(): string[] {
    const { stackTable, locationTable, functionTable } = this.data.dictionary;
    return this.profile.samples.map(({ stackIndex, values }) => {
      const frames = stackTable[stackIndex]!.locationIndices.map((index) => {
        const { functionIndex, line } = locationTable[index]!.lines[0]!;
        return `${this.text(functionTable[functionIndex]!.nameStrindex)}:${line}`;
      });
      return `${frames.reverse().join(";")} ${values.join(" ")}`;
    });
  }
}

function decode(schema: protobuf.Type, bytes: Uint8Array): Decoded {
  const message = schema.decode(bytes);
  return new Decoded(schema.toObject(message, { longs: String, defaults: true }) as Data);
}

/** Tests against the schema. */
function otlpTest(name: string, test: (read: (builder: ProfileBuilder) => Decoded) => void): void {
  Deno.test(name, async () => {
    const schema = await findSchema();
    if (schema === undefined) return;
    test((builder) => decode(schema, renderCounted(builder, createOtlp())));
  });
}

otlpTest("otlp has each stack with its count, and says what one stands for", (read) => {
  const decoded = read(shopProfile());
  const serve = "<module>:90;Shop.serve:44";
  assert.deepEqual(decoded.lines().sort(), [
    `${serve} 20`,
    `${serve};loads:352 150`,
    `${serve};loads:352;<GC>:0 30`,
    `${serve};price_order:12 400`,
    `${serve};price_order:13 200`,
    `${serve};walk:8;walk:8;walk:8 200`,
  ]);
  const { profile } = decoded;
  assert.deepEqual(decoded.type(profile.sampleType), ["samples", "count"]);
  assert.deepEqual(decoded.type(profile.periodType), ["wall", "nanoseconds"]);
  assert.equal(profile.period, "1000000");
  assert.equal(profile.timeUnixNano, "1760000000000000000");
  assert.equal(profile.durationNano, "999000000");
});

otlpTest("otlp tables begin with an empty entry and hold nothing twice or in vain", (read) => {
  const { data: { dictionary }, profile } = read(tasksProfile());
  const { stringTable, stackTable, locationTable, functionTable, attributeTable } = dictionary;
  assert.equal(stringTable[0], "");
  assert.deepEqual(stackTable[0]!.locationIndices, []);
  assert.deepEqual(locationTable[0]!.lines, []);
  assert.equal(functionTable[0]!.nameStrindex, 0);
  assert.equal(attributeTable[0]!.keyStrindex, 0);
  assert.deepEqual([dictionary.mappingTable.length, dictionary.linkTable.length], [1, 1]);
  for (const table of [stringTable, stackTable, locationTable, functionTable, attributeTable]) {
    assert.equal(new Set(table.map((entry) => JSON.stringify(entry))).size, table.length);
  }
  assert.equal(new Set(profile.samples.map(({ stackIndex }) => stackIndex)).size, 2);
  assert.equal(stackTable.length, 3);
  assert.deepEqual(locationTable.map(({ lines }) => lines[0]?.column), [
    undefined,
    "5",
    "0",
    "5",
    "0",
  ]);
});

otlpTest("otlp says which thread, interpreter and task samples are of", (read) => {
  const decoded = read(tasksProfile());
  assert.deepEqual(
    decoded.profile.samples.map(({ attributeIndices }) => decoded.attributes(attributeIndices)),
    [
      { "thread.id": "17", "thread.name": "MainThread", "tachyon.task": "inner" },
      { "thread.id": "18", "tachyon.interpreter": "3" },
    ],
  );
  const types = decoded.data.dictionary.locationTable.map(({ attributeIndices }) =>
    decoded.attributes(attributeIndices)["profile.frame.type"]
  );
  assert.deepEqual(types, [undefined, "cpython", undefined, "cpython", undefined]);
});

otlpTest("otlp says whose profile it is and how it was taken", (read) => {
  const builder = shopProfile();
  builder.profile.quality.missedTicks = 10;
  builder.profile.quality.rejected[0] = 3;
  const decoded = read(builder);
  const [{ resource, scopeProfiles: [{ scope }] }] = decoded.data.resourceProfiles;
  assert.deepEqual([scope.name, scope.version], ["tachyon", METADATA.toolVersion]);
  assert.deepEqual(Object.fromEntries(resource.attributes.map(({ key, value }) => [key, value])), {
    "process.pid": { intValue: "4242" },
    "process.command_args": {
      arrayValue: { values: METADATA.command.map((stringValue) => ({ stringValue })) },
    },
    "process.runtime.name": { stringValue: "cpython" },
    "process.runtime.version": { stringValue: "3.14.10" },
  });
  const facts = decoded.attributes(decoded.profile.attributeIndices);
  assert.equal(facts["tachyon.mode"], "wall");
  assert.equal(facts["tachyon.quality.missed_ticks"], "10");
  assert.equal(facts["tachyon.quality.rejected_by_reason.torn"], "3");
  assert.equal(facts["tachyon.all_threads"], false);
});

otlpTest("hostile names survive otlp, harmless to the terminals of its viewers", (read) => {
  const decoded = read(hostileProfile());
  const names = decoded.data.dictionary.functionTable.slice(1).map(({ nameStrindex }) =>
    decoded.text(nameStrindex)
  );
  assert.deepEqual(names, HOSTILE_NAMES.map(escapeForTerminal));
  const { attributeIndices } = decoded.profile.samples[0]!;
  assert.equal(
    decoded.attributes(attributeIndices)["thread.name"],
    escapeForTerminal(HOSTILE_NAMES.join("")),
  );
});

Deno.test("the schema does not read an otlp file that was cut", async () => {
  const schema = await findSchema();
  if (schema === undefined) return;
  const bytes = renderCounted(shopProfile(), createOtlp());
  assert.throws(() => schema.decode(bytes.subarray(0, bytes.length - 3)), RangeError);
});
