/** What macOS and we ourselves have to do with reading processes. */

import type { OwnRights } from "../../../ffi/machine.ts";
import { escapeForTerminal } from "../../analysis/terminal_text.ts";
import { type Check, check } from "./check.ts";

/** Looks at what we may do on macOS. */
export function checkMac(own: OwnRights, userName: string): Check[] {
  const user = escapeForTerminal(userName);
  const isRoot = own.user === 0;
  const signed = own.isDebugger === true;
  return [
    isRoot
      ? check("user", "ok", `${user}: may read all programs but those of the system`)
      : signed
      ? check("user", "ok", `${user}: may read programs of ${user}`)
      : check("user", "bad", `${user}: macOS lets only root, or a signed program, read others`),
    signed
      ? check("signature", "ok", "signed as a program that may look into others")
      : check("signature", "note", "not signed as a program that may look into others"),
    check("cpus", "note", "no exact readings (--exact): macOS lets no thread choose its CPU"),
  ];
}
