/** What Windows and we ourselves have to do with reading processes. */

import type { OwnRights } from "../../../ffi/machine.ts";
import { escapeForTerminal } from "../../analysis/terminal_text.ts";
import { type Check, check } from "./check.ts";

/** Looks at what we may do there. */
export function checkWindows(own: OwnRights, userName: string): Check[] {
  const user = escapeForTerminal(userName);
  return [
    own.readFailure === undefined
      ? check("reading", "ok", "ReadProcessMemory works")
      : check("reading", "bad", `refused: ${escapeForTerminal(own.readFailure)}`),
    own.mayTrace
      ? check("user", "ok", `${user}, with SeDebugPrivilege: may read processes of all users`)
      : check("user", "note", `${user}, without SeDebugPrivilege: may read processes of ${user}`),
    check("exact", "note", "Windows does not tell on which CPU a thread runs: no --exact"),
    check("blocking", "note", "on Windows a stop would outlive us: no --blocking"),
  ];
}
