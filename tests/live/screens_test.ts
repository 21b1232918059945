import assert from "node:assert/strict";
import { VIEWS } from "../../src/live/model.ts";
import { shopProfile } from "../collectors/profiles.ts";
import { mask, watchProfile } from "./watching.ts";

/** `TACHYON_GOLDEN=1` writes the stored screens anew: look at what has changed. */
const WRITE = Deno.env.get("TACHYON_GOLDEN") === "1";

async function compare(name: string, screen: string): Promise<void> {
  const path = new URL(`golden/${name}.txt`, import.meta.url);
  if (WRITE) await Deno.writeTextFile(path, `${screen}\n`);
  assert.equal(`${screen}\n`, await Deno.readTextFile(path), name);
}

for (const [width, height] of [[60, 12], [80, 24], [200, 60]] as const) {
  Deno.test(`every view looks as it did on a terminal of ${width}×${height}`, async () => {
    const { profile } = shopProfile();
    const { terminal, shown } = watchProfile(profile, width, height);
    await terminal.until((text) => text.includes("functions"));
    for (const [index, view] of VIEWS.entries()) {
      terminal.type(`${index + 1}`);
      const title = { functions: "function", lines: "line", tree: "call tree", threads: "thread " };
      const sign = title[view as keyof typeof title] ??
        (view === "flame" ? "<module>" : "MainThread");
      await terminal.until((text) => text.slice(text.indexOf("threads  ")).includes(sign));
      await new Promise((resolve) => setTimeout(resolve, 30));
      await compare(`${width}x${height}.${view}`, mask(terminal.screen.text()));
    }
    terminal.type("1?");
    await compare(
      `${width}x${height}.help`,
      mask(await terminal.until((text) => text.includes("any key"))),
    );
    terminal.type("q");
    await shown;
    assert.equal(terminal.left, 1);
  });
}

Deno.test("a terminal that is too small says what it takes, and grows into a picture", async () => {
  const { terminal, shown } = watchProfile(shopProfile().profile, 40, 10);
  await terminal.until((text) => text.includes("needs 60×12"));
  terminal.resize(80, 24);
  await terminal.until((text) => text.includes("price_order"));
  terminal.type("q");
  await shown;
});
