/** Opens files in speedscope's own application in Chromium, and takes from it what it made of them. */

import { Buffer } from "node:buffer";
import script from "speedscope/dist/release/speedscope-Y2522XSH.js" with { type: "text" };

/** Names under which Chromium is found. */
const BROWSERS = ["chromium", "chromium-browser", "google-chrome"];
/** Time of the page, ms, not ours: it passes as fast as there is nothing to do. */
const PAGE_TIME = 10_000;

/** A browser, or undefined where there is none: then nothing was tested and the test has to say so. */
export function findBrowser(): string | undefined {
  for (const directory of (Deno.env.get("PATH") ?? "").split(":")) {
    for (const name of BROWSERS) {
      try {
        if (Deno.statSync(`${directory}/${name}`).isFile) return `${directory}/${name}`;
      } catch {
        // Not there.
      }
    }
  }
  return undefined;
}

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
export async function openInSpeedscope(browser: string, text: string): Promise<Opened> {
  const directory = await Deno.makeTempDir({ prefix: "tachyon-speedscope-" });
  try {
    await Deno.writeTextFile(`${directory}/speedscope.js`, script);
    await Deno.writeTextFile(
      `${directory}/index.html`,
      `<!DOCTYPE html><meta charset="UTF-8"><body><script src="speedscope.js"></script></body>`,
    );
    await Deno.writeTextFile(
      `${directory}/load.js`,
      `(${load})("${Buffer.from(text).toString("base64")}");`,
    );
    const { stdout, stderr } = await new Deno.Command(browser, {
      args: [
        ...["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${directory}/user`],
        ...[`--virtual-time-budget=${PAGE_TIME}`, "--dump-dom"],
        `file://${directory}/index.html#localProfilePath=${directory}/load.js`,
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    const page = new TextDecoder().decode(stdout);
    const said = /<pre id="said">([^<]*)/.exec(page)?.[1];
    if (said === undefined) throw new Error(new TextDecoder().decode(stderr) + page);
    const answer = decodeURIComponent(said);
    if (!answer.startsWith("{")) throw new Error(answer);
    return JSON.parse(answer);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
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
