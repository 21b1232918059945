/** `--browser`: shows a report where somebody sits in front of it, and else says how to get it there. */

import { dirname } from "node:path";
import { FORMATS } from "../../collectors/registry.ts";
import { escapeForTerminal } from "../analysis/terminal_text.ts";
import type { Finished } from "./exports.ts";
import { tell } from "./messages.ts";

/** What of the surroundings decides. */
export interface Surroundings {
  readonly system: typeof Deno.build.os;
  readonly hostname: string;
  /** An environment variable; undefined when it is not set. */
  env(name: string): string | undefined;
}

/** What to do with a report: programs to try one after the other, or only words. */
export type Plan =
  | { readonly kind: "open"; readonly programs: readonly (readonly string[])[] }
  | { readonly kind: "tell"; readonly sentence: string };

/** Extension of outputs that a browser shows. */
const PAGE = /\.html?$/i;

/** Opens every page among the outputs, or says how to see it. */
export async function showInBrowser(finished: readonly Finished[]): Promise<void> {
  const here: Surroundings = {
    system: Deno.build.os,
    hostname: Deno.hostname(),
    env: (name) => Deno.env.get(name),
  };
  for (const { format, written } of finished) {
    if (typeof written !== "object") continue;
    const page = await findPage(written.path);
    if (page === undefined) continue;
    const isOneOfMany = FORMATS[format].directory !== undefined;
    const plan = planShowing(page, here, isOneOfMany ? dirname(page) : undefined);
    if (plan.kind === "tell") tell(plan.sentence);
    else if (!await startFirst(plan.programs)) {
      tell(`no browser could be started; open ${escapeForTerminal(page)} in one.`);
    }
  }
}

/** Whether `--browser` has something to show in an output with such an extension. */
export function isPage(extension: string): boolean {
  return PAGE.test(`.${extension}`);
}

/** The whole path of an output that is a page. */
async function findPage(path: string): Promise<string | undefined> {
  try {
    const real = await Deno.realPath(path);
    return PAGE.test(real) ? real : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Decides how a page is shown. Over SSH the browser would open on the wrong machine, if at all, so there
 * is a line to copy the page with instead.
 * @param path whole path of the page.
 * @param folder what to copy where the page is one of many that belong together.
 */
export function planShowing(
  path: string,
  { system, hostname, env }: Surroundings,
  folder?: string,
): Plan {
  const ssh = env("SSH_CONNECTION") ?? "";
  if (ssh !== "" || (env("SSH_TTY") ?? "") !== "") {
    const address = ssh.split(" ")[2] ?? hostname;
    const host = address.includes(":") ? `[${address}]` : address;
    const login = env("USER") ?? env("LOGNAME");
    const from = `${login === undefined ? "" : `${login}@`}${host}:${folder ?? path}`;
    return {
      kind: "tell",
      sentence: `to see it on your own machine: scp ${folder === undefined ? "" : "-r "}${
        quote(escapeForTerminal(from))
      } .`,
    };
  }
  if (system === "darwin") return { kind: "open", programs: [["open", path]] };
  if (system === "windows") {
    return { kind: "open", programs: [["rundll32", "url.dll,FileProtocolHandler", path]] };
  }
  const hasScreen = ["DISPLAY", "WAYLAND_DISPLAY"].some((name) => (env(name) ?? "") !== "");
  if (!hasScreen) {
    return {
      kind: "tell",
      sentence: `there is no screen here; open ${escapeForTerminal(path)} in a browser.`,
    };
  }
  const preferred = env("BROWSER");
  const programs = [["xdg-open", path]];
  if (preferred !== undefined && /^[\w./-]+$/.test(preferred)) programs.push([preferred, path]);
  return { kind: "open", programs };
}

/** Quotes for a shell what it would not take as it is. */
function quote(text: string): string {
  return /^[\w@%+=:,./[\]-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Starts the first of some programs that is there; it may go on when we have ended. */
async function startFirst(programs: readonly (readonly string[])[]): Promise<boolean> {
  for (const [program, ...args] of programs) {
    try {
      const child = new Deno.Command(program!, {
        args,
        stdin: "null",
        stdout: "null",
        stderr: "null",
        ...callerOfSudo(),
      }).spawn();
      child.unref();
      // One that gives up at once has found no browser.
      const ended = await Promise.race([child.status, pause(700)]);
      if (ended === undefined || ended.success) return true;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) return false;
    }
  }
  return false;
}

/** A browser does not run as root: it is started for whoever called us with sudo. */
function callerOfSudo(): { uid?: number; gid?: number } {
  const [uid, gid] = ["SUDO_UID", "SUDO_GID"].map((name) => Number(Deno.env.get(name) ?? NaN));
  if (Deno.build.os === "windows" || Deno.uid() !== 0) return {};
  return Number.isInteger(uid) && Number.isInteger(gid) ? { uid: uid!, gid: gid! } : {};
}

function pause(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), milliseconds));
}
