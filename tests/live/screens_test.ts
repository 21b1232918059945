import assert from "node:assert/strict";
import { VIEWS } from "../../src/live/model.ts";
import { shopProfile } from "../collectors/profiles.ts";
import { depotProfile, feedDepot } from "./depot.ts";
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
    const profile = depotProfile();
    const { terminal, live, shown } = watchProfile(profile, width, height);
    feedDepot(live, profile);
    await terminal.until((text) => text.includes("Parser.parse"));
    const look = async (name: string): Promise<void> => {
      // The picture of a key is sent before anything else happens.
      await new Promise((resolve) => setTimeout(resolve, 20));
      await compare(`${width}x${height}.${name}`, mask(terminal.screen.text()));
    };
    for (const [index, view] of VIEWS.entries()) {
      terminal.type(`${index + 1}`);
      await terminal.until(() => live.model.view === view);
      await look(view);
    }
    terminal.type("1j\r");
    await terminal.until(() => live.model.opened !== undefined);
    await look("source");
    terminal.type("o");
    await terminal.until(() => live.model.output);
    await look("output");
    terminal.type("o\x1b");
    await terminal.until(() => live.model.opened === undefined);
    terminal.type("?");
    await terminal.until(() => live.model.help > 0);
    await look("help");
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
