/** Windows as far as Wine is one: version 10 from Debian sid, in a folder of its own. */
import { existsSync } from "node:fs";
import { cacheFolder } from "../../scripts/building/npm_package.ts";
import { mirrorOfThisMachine } from "../../scripts/pythons/debian.ts";
import { run, say } from "../../scripts/shell.ts";

/** Where a Debian with Wine lies, or is to lie. */
const root = Deno.env.get("TACHYON_WINE") ?? `${cacheFolder}/wine`;

/** Mounts what Wine needs for one command alone: nothing stays mounted. */
const INSIDE =
  `mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"`;

/** What a program of Windows has said, and how it has ended. */
export interface Said {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A Windows with a disk of its own, which is thrown away.
 * @throws if this is no Debian, or we are not root.
 */
export class Wine implements AsyncDisposable {
  /** Its folder, as Linux and as Windows know it. */
  readonly folder: string;
  readonly drive: string;
  readonly #inside: string;

  private constructor(name: string) {
    this.#inside = `/${name}`;
    this.folder = `${root}/${name}`;
    this.drive = `Z:\\${name}\\`;
  }

  static async start(): Promise<Wine> {
    if (!existsSync(root)) await provision();
    const wine = new Wine(`tachyon-${crypto.randomUUID()}`);
    Deno.mkdirSync(wine.folder);
    await wine.run(["wineboot", "-i"]);
    return wine;
  }

  /** Starts a program; its output is piped. */
  spawn(words: readonly string[], env: Readonly<Record<string, string>> = {}): Deno.ChildProcess {
    const settings = {
      ...env,
      HOME: this.#inside,
      WINEPREFIX: `${this.#inside}/prefix`,
      WINEDEBUG: "-all",
      XDG_RUNTIME_DIR: "/tmp",
    };
    const set = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    return new Deno.Command("unshare", {
      args: ["-m", "sh", "-c", INSIDE, root, "env", ...set, "timeout", "120", "wine", ...words],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  /** Runs a program to its end. */
  async run(words: readonly string[]): Promise<Said> {
    const { code, stdout, stderr } = await this.spawn(words).output();
    const text = (bytes: Uint8Array): string =>
      new TextDecoder().decode(bytes).replaceAll("\r\n", "\n");
    return { status: code, stdout: text(stdout), stderr: text(stderr) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run(["wineboot", "-k"]);
    Deno.removeSync(this.folder, { recursive: true });
  }
}

async function provision(): Promise<void> {
  const { uri } = await mirrorOfThisMachine();
  say("Fetching Wine from Debian sid into " + root + " (1.5 GB, once) …");
  const partial = `${root}.${crypto.randomUUID()}`;
  const options = [
    "--variant=minbase",
    "--include=wine,wine64",
    '--aptopt=APT::Sandbox::User "root"',
    '--aptopt=Acquire::Check-Valid-Until "false"',
  ];
  await run("mmdebstrap", [...options, "sid", partial, uri]);
  Deno.renameSync(partial, root);
}
