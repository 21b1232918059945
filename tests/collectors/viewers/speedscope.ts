/** Opens files in speedscope's own application in Chromium, and takes from it what it made of them. */

import { Buffer } from "node:buffer";
import type { Browser } from "playwright-core";
import script from "speedscope/dist/release/speedscope-Y2522XSH.js" with { type: "text" };
import { withPage } from "../../browser.ts";

/** With this in its address it takes a file from a script. */
const TAKES_FILES = "#localProfilePath=script";
/** What it shows of a file that is wrong. */
const HAS_FAILED = `document.body.innerText.includes("Something went wrong")`;

/** What the application exports: every profile as calls that are opened and closed. */
export interface Opened {
  readonly shared: { readonly frames: readonly { readonly name: string }[] };
  readonly profiles: readonly {
    readonly name: string;
    readonly unit: string;
    readonly events: readonly {
      readonly type: "O" | "C";
      readonly frame: number;
      readonly at: number;
    }[];
  }[];
}

/** Opens a file and returns what the application exports of it; throws if it did not open it. */
export async function openInSpeedscope(browser: Browser, text: string): Promise<Opened> {
  const read = (name: string): string =>
    name === "speedscope.js"
      ? script
      : `<!DOCTYPE html><meta charset="UTF-8"><body><script src="speedscope.js"></script></body>`;
  return await withPage(browser, read, async (page) => {
    await page.waitForFunction("typeof speedscope === 'object'");
    await page.evaluate(`(${load})("${Buffer.from(text).toString("base64")}")`);
    await page.waitForFunction(`document.querySelector("#said") ?? ${HAS_FAILED}`);
    const answer = decodeURIComponent(
      await page.evaluate(
        `document.querySelector("#said")?.textContent ?? document.body.innerText`,
      ),
    );
    if (!answer.startsWith("{")) throw new Error(answer);
    return JSON.parse(answer);
  }, TAKES_FILES);
}

/** What the page offers to a script that loads a file. */
interface Application {
  readonly speedscope: { loadFileFromBase64(name: string, base64: string): void };
}

/** What runs in the page: loads the file, then exports it and leaves the result in the page. */
function load(base64: string): void {
  const say = (what: string): void => {
    const place = document.createElement("pre");
    place.id = "said";
    place.textContent = encodeURIComponent(what);
    document.body.append(place);
  };
  globalThis.alert = (message): void => say(`alert: ${message}`);
  URL.createObjectURL = (exported): string => {
    (exported as Blob).text().then(say);
    return "about:blank";
  };
  HTMLAnchorElement.prototype.click = (): void => {};
  (globalThis as unknown as Application).speedscope.loadFileFromBase64("profile.json", base64);
  const timer = setInterval(() => {
    // It is drawn once its own name is no longer all of the title.
    if (document.title === "" || document.title === "speedscope") return;
    clearInterval(timer);
    setTimeout(() => {
      const buttons = [...document.querySelectorAll("div")];
      buttons.findLast(({ textContent }) => textContent?.endsWith("Export"))?.click();
    }, 50);
  }, 20);
}
