/** Heat maps on disk, as a user has them. */

import { createHeatmap, HEATMAP_DIRECTORY } from "../../collectors/heatmap.ts";
import { writeDirectory } from "../../src/cli/output_directory.ts";
import type { Profile } from "../../src/profile/profile.ts";
import { type FrameSpec, ProfileBuilder, SUMMARY } from "../collectors/profiles.ts";
import type { OpenReport, Sight } from "../report/browser.ts";
import { testPage } from "../report/cases.ts";

/** A profile, and the folder of its sources. */
export interface HeatmapInput {
  readonly profile: Profile;
  readonly folder: string;
}

/** Writes a heat map. Returns its directory. */
export async function writeHeatmapOf(profile: Profile): Promise<string> {
  const parent = await Deno.makeTempDir({ prefix: "tachyon-heatmap-" });
  const path = `${parent}/map`;
  const collector = createHeatmap();
  for (const _ of collector.begin(profile.metadata));
  await collector.prepare?.();
  const written = await writeDirectory(
    path,
    collector.files!(profile, SUMMARY),
    HEATMAP_DIRECTORY,
  );
  if (typeof written === "object" && "code" in written) throw new Error(written.what);
  return path;
}

/** Name of the page of a file. */
export function pageOf(directory: string, file: string): string {
  const start = file.replace(/\W/g, "_").replace(/_py$/, ".py");
  const found = [...Deno.readDirSync(directory)].find(({ name }) => name.startsWith(`${start}-`));
  if (found === undefined) throw new Error(`no page for ${file}`);
  return found.name;
}

/** Declares a test on a page of a heat map: the index, or that of a file. */
export function testHeatmap(
  name: string,
  input: () => HeatmapInput,
  sight: Sight & { readonly file?: string },
  test: (report: OpenReport) => Promise<void>,
): void {
  const write = async () => {
    const { profile, folder } = input();
    const directory = await writeHeatmapOf(profile);
    const page = sight.file === undefined ? "index.html" : pageOf(directory, sight.file);
    return { path: `${directory}/${page}`, folders: [directory.slice(0, -"/map".length), folder] };
  };
  testPage(name, write, sight, test);
}

const SHOP = `"""A shop."""
import json
from pricing import price_order


class Shop:
    def serve(self, orders):
        for order in orders:
            total = price_order(order) + price_order(order, tax=0.2)
            print(f"{total:.2f} €", json.dumps(order))


def main():
    Shop().serve([{"price": i} for i in range(1000)])


main()
`;

const PRICING = `RATES = {"€": 1.0}


def price_order(order, tax=0.1):
    price = order["price"] * (1 + tax)
    return round(price, 2)
${"# nothing happens here\n".repeat(80)}

def unused():
    return None
`;

/** Bytes from the beginning of a line to both ends of a text in it. */
export function columnsOf(source: string, line: number, text: string): [number, number] {
  const whole = source.split("\n")[line - 1]!;
  const at = whole.indexOf(text);
  if (at < 0) throw new Error(`no ${text} in line ${line}`);
  const length = (part: string): number => new TextEncoder().encode(part).length;
  return [length(whole.slice(0, at)), length(whole.slice(0, at + text.length))];
}

// Numbers of opcodes in Python 3.14.
const CALL = 52;
const CALL_PY_EXACT_ARGS = 161;
const BINARY_OP_MULTIPLY_FLOAT = 133;

/** A shop whose sources are on disk: 1000 samples with columns, and instructions if wanted. */
export function shop({ opcodes = false, tool = "tachyon" } = {}): HeatmapInput {
  const folder = Deno.makeTempDirSync({ prefix: "tachyon-shop-" });
  Deno.writeTextFileSync(`${folder}/shop.py`, SHOP);
  Deno.writeTextFileSync(`${folder}/pricing.py`, PRICING);
  const builder = new ProfileBuilder({ tool });
  const thread = builder.thread(4242, "MainThread");
  const at = (
    file: "shop.py" | "pricing.py",
    name: string,
    first: number,
    line: number,
    text: string,
    opcode = -1,
  ): FrameSpec => {
    const [column, endColumn] = columnsOf(file === "shop.py" ? SHOP : PRICING, line, text);
    const spec = { file: `${folder}/${file}`, name, first, line, column, endColumn };
    return opcodes ? { ...spec, opcode } : spec;
  };
  const module = at("shop.py", "<module>", 1, 17, "main()", CALL);
  const main = at("shop.py", "main", 13, 14, `Shop().serve([{"price": i} for i in range(1000)])`);
  const serve = (text: string, opcode?: number): FrameSpec =>
    at("shop.py", "Shop.serve", 7, 9, text, opcode);
  const price = (line: number, text: string, opcode?: number): FrameSpec =>
    at("pricing.py", "price_order", 4, line, text, opcode);
  const once = serve("price_order(order)", CALL_PY_EXACT_ARGS);
  const twice = serve("price_order(order, tax=0.2)", CALL);
  const show = at("shop.py", "Shop.serve", 7, 10, "json.dumps(order)", CALL);
  const dumps = { file: "/usr/lib/python3.14/json/__init__.py", name: "dumps", first: 183 };
  const install = "/srv/venv/lib/python3.14/site-packages/quick/core.py";
  builder
    .sample(thread, [
      module,
      main,
      once,
      price(5, `order["price"] * (1 + tax)`, BINARY_OP_MULTIPLY_FLOAT),
    ], 400)
    .sample(thread, [module, main, twice, price(5, `(1 + tax)`)], 100)
    .sample(thread, [module, main, twice, price(6, "round(price, 2)", CALL)], 250)
    .sample(thread, [module, main, show, { ...dumps, line: 231 }], 150)
    .sample(thread, [module, main, show, { file: install, name: "fast", first: 3, line: 4 }], 60)
    .sample(thread, [module, main, at("shop.py", "Shop.serve", 7, 10, `{total:.2f}`)], 39)
    .sample(thread, [module, main], 1);
  return { profile: builder.profile, folder };
}
