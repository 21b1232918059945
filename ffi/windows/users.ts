import type { WindowsHelper } from "../helper/functions.ts";
import type { FfiBuffer } from "../helper/library.ts";
import { readText } from "./text.ts";

/** As long as a SID can be: SECURITY_MAX_SID_SIZE of winnt.h. */
const SID_BYTES = 68;
/** The part that tells users of one domain from each other lies at the end of a SID. */
const LAST_PART = 4;

/**
 * Users by numbers, as the rest of the program knows them. Windows has SIDs: the number is the last part of one
 * (1001, 18 for the system itself), or the next that is free where another user met before has that.
 */
export class Users {
  readonly #helper: WindowsHelper;
  readonly #sids = new Map<number, Uint8Array<ArrayBuffer>>();

  constructor(helper: WindowsHelper) {
    this.#helper = helper;
  }

  /** The user of a process; undefined when it is gone, or that is not told to us. */
  of(pid: number): number | undefined {
    const sid = new Uint8Array(SID_BYTES);
    const length = this.#helper.tach_process_user(pid, sid, SID_BYTES);
    if (length < LAST_PART) return undefined;
    let user = new DataView(sid.buffer).getUint32(length - LAST_PART, true);
    while (!this.#isFree(user, sid)) user++;
    this.#sids.set(user, sid);
    return user;
  }

  /** `DOMAIN\name`, untrusted text; the number of a user who has none. */
  name(user: number): string {
    const sid = this.#sids.get(user);
    const name = sid &&
      readText((into: FfiBuffer, capacity) => this.#helper.tach_user_name(sid, into, capacity));
    return name ?? String(user);
  }

  #isFree(user: number, sid: Uint8Array): boolean {
    const known = this.#sids.get(user);
    return known === undefined || known.every((byte, index) => byte === sid[index]);
  }
}
