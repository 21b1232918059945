import { render } from "preact";
import { createModel } from "./model.ts";
import { inflate, readCalls, readNames } from "./read.ts";
import { App } from "./views/app.tsx";
import { startTheme } from "./theme.ts";

startTheme();
const place = document.getElementById("app")!;
try {
  const tree = inflate(take("tree"));
  const small = take("glimpse");
  const names = await readNames(take("profile"));
  place.textContent = "";
  // An address names boxes by their numbers in the whole tree.
  if (small !== "" && location.hash.length < 2) {
    const glimpse = createModel(names, readCalls(await inflate(small)));
    place.inert = true;
    render(<App model={glimpse} />, place);
    await seen();
  }
  render(<App model={createModel(names, readCalls(await tree))} />, place);
  place.inert = false;
} catch (error) {
  place.textContent = `This report cannot be read: ${error}. Is the file whole?`;
}

/** The text of a part of the page, which is then no longer there. */
function take(id: string): string {
  const carrier = document.getElementById(id);
  carrier?.remove();
  return carrier?.textContent ?? "";
}

/** Waits until what was drawn is on the screen; not for long, where nobody looks. */
async function seen(): Promise<void> {
  await new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done));
    setTimeout(done, 100);
  });
}
