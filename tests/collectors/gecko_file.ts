/** Reads Firefox Profiler files as far as tests look at them, whether threads share tables or not. */

import assert from "node:assert/strict";

type Row = Readonly<Record<string, unknown>>;
/** A table as columns. */
type Table = Readonly<Record<string, readonly (number | string | null)[]>> & {
  readonly length: number;
};

interface Tables {
  readonly stackTable: Table;
  readonly frameTable: Table;
  readonly funcTable: Table;
}

/** A thread, readable. */
export interface GeckoThread {
  readonly name: string;
  readonly tid: number;
  readonly pid: string;
  readonly isMainThread: boolean;
  /** Time in ms, and frames root first as `name file:line:column`. */
  readonly samples: readonly (readonly [time: number, stack: string])[];
  /** `category: name from–to data`. */
  readonly markers: readonly string[];
}

/** A file, readable. */
export interface GeckoFile {
  readonly meta: Row;
  readonly threads: readonly GeckoThread[];
  /** Names and categories of the frames, in order. */
  readonly categories: readonly (readonly [name: string, category: string])[];
  readonly markerTypes: ReadonlySet<string>;
}

/** Reads a file and checks that its tables fit together. */
export function readGecko(text: string): GeckoFile {
  const file = JSON.parse(text);
  const { stringArray, sources } = file.shared;
  const categoryNames: string[] = file.meta.categories.map(({ name }: { name: string }) => name);
  const markerTypes = new Set<string>();
  const categories: [string, string][] = [];
  // Ours share their tables, those of CPython do not.
  const threads = file.threads.map((thread: Row & Tables) => {
    const tables: Tables = file.shared.stackTable === undefined ? thread : file.shared;
    const stacks = nameStacks(tables, stringArray, sources);
    const samples = thread["samples"] as unknown as Table;
    const markers = thread["markers"] as unknown as Table;
    checkColumns(samples, ["stack", "time"]);
    checkColumns(markers, ["data", "name", "startTime", "endTime", "phase", "category"]);
    return {
      ...thread,
      samples: samples["time"]!.map((time, index) => {
        const stack = samples["stack"]![index]!;
        return [time, stack === null ? "" : stacks[Number(stack)]];
      }),
      markers: markers["name"]!.map((name, index) => {
        const { type, ...data } = markers["data"]![index] as unknown as Record<string, unknown>;
        markerTypes.add(String(type));
        assert.equal(markers["phase"]![index], 1);
        const named = typeof data["function"] === "number"
          ? { ...data, function: stringArray[data["function"]] }
          : data;
        const shown = type === "Opcode" ? ` ${orderData(named)}` : "";
        return `${categoryNames[Number(markers["category"]![index])]}: ${
          stringArray[Number(name)]
        } ${markers["startTime"]![index]}–${markers["endTime"]![index]}${shown}`;
      }),
    };
  });
  if (file.shared.frameTable !== undefined) {
    const { frameTable, funcTable } = file.shared as Tables;
    frameTable["func"]!.forEach((func, index) =>
      categories.push([
        stringArray[Number(funcTable["name"]![Number(func)])],
        categoryNames[Number(frameTable["category"]![index])]!,
      ])
    );
  }
  return { meta: file.meta, threads, categories, markerTypes };
}

function orderData(data: Row): string {
  const { opcode, opname, base, function: name, line, column } = data;
  return JSON.stringify({ opcode, opname, base, function: name, line, column });
}

function checkColumns(table: Table, names: readonly string[]): void {
  for (const name of names) assert.equal(table[name]?.length, table.length, name);
}

function nameStacks(
  { stackTable, frameTable, funcTable }: Tables,
  strings: readonly string[],
  sources: Table,
): string[] {
  checkColumns(stackTable, ["frame", "prefix"]);
  checkColumns(frameTable, [
    ...["address", "inlineDepth", "category", "subcategory", "func", "nativeSymbol"],
    ...["innerWindowID", "line", "column"],
  ]);
  checkColumns(funcTable, ["name", "isJS", "relevantForJS", "resource", "lineNumber"]);
  const named: string[] = [];
  for (let stack = 0; stack < stackTable.length; stack++) {
    const frame = Number(stackTable["frame"]![stack]);
    const func = Number(frameTable["func"]![frame]);
    const source = funcTable["source"]?.[func];
    const file = funcTable["fileName"]?.[func] ??
      (typeof source === "number" ? sources["filename"]![source] : null);
    const place = [
      file === null || file === undefined ? undefined : strings[Number(file)],
      frameTable["line"]![frame],
      frameTable["column"]![frame],
    ].filter((part) => part !== null && part !== undefined).join(":");
    const text = `${strings[Number(funcTable["name"]![func])]} ${place}`.trim();
    const prefix = stackTable["prefix"]![stack];
    if (prefix === null || prefix === undefined) named.push(text);
    else {
      assert.ok(Number(prefix) < stack, "a prefix comes before what stands on it");
      named.push(`${named[Number(prefix)]};${text}`);
    }
  }
  return named;
}
