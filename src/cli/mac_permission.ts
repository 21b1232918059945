/** Advice for people who may not read a process of macOS. */

import type { OwnRights, TargetRights } from "../../ffi/machine.ts";
import { escapeForTerminal } from "../analysis/terminal_text.ts";
import type { Advice } from "./advice.ts";

/** What is signed into a program that may look into others; the repository has it as a file of its own. */
export const ENTITLEMENTS = "entitlements.plist";

/** What stands between us and a process, the one to remove first at the front. */
export function adviseOnMac(
  own: OwnRights,
  target: TargetRights | undefined,
  program: string,
  nameUser: (user: number) => string,
): Advice[] {
  const advice: Advice[] = [];
  const attach = `sudo ${program} attach ${target?.pid ?? "PID"}`;
  if (target?.guard === "system") {
    advice.push({
      why:
        "It is a program of the system's, as /usr/bin/python3 is: System Integrity Protection keeps everybody out, root too.",
      commands: [],
      note: "Use a Python of your own, from Homebrew, pyenv, uv or conda.",
    });
  }
  const stranger = target?.users.find((user) => user !== own.user);
  if (own.user !== 0 && stranger !== undefined) {
    advice.push({
      why: `It belongs to ${escapeForTerminal(nameUser(stranger))}, and we are ${
        escapeForTerminal(nameUser(own.user))
      }.`,
      commands: [attach],
      note: "",
    });
  } else if (own.user !== 0 && own.isDebugger !== true) {
    advice.push({
      why: "macOS lets only root read other programs, or a program that was signed for it.",
      commands: [attach, ...signing(program)],
      note: Deno.build.standalone ? `${ENTITLEMENTS} is in tachyon's sources.` : "",
    });
  }
  if (target?.guard === "hardened" && own.isDebugger !== true) {
    advice.push({
      why: "It was signed with the hardened runtime, which keeps debuggers out.",
      commands: signing(program),
      note: "Or use a Python that was not, as those of Homebrew, pyenv, uv and conda.",
    });
  }
  return advice;
}

/** An executable can be signed for it by everybody, for the own machine. */
function signing(program: string): string[] {
  return Deno.build.standalone
    ? [`codesign --force --sign - --options runtime --entitlements ${ENTITLEMENTS} ${program}`]
    : [];
}
