import type { Kin } from "../../ffi/process.ts";

/** A process that belongs to the program. */
export interface Member {
  readonly pid: number;
  /** The member that has started it; 0 for the one at the top. */
  readonly parent: number;
  /** As of the last look. */
  image: string;
}

/** Which processes belong to a program: the one at the top, what it has started, and what those have. */
export class Family {
  /** Those that have ended stay for a while: what they started may be seen later. */
  readonly #members = new Map<number, Member>();

  constructor(top: Kin) {
    this.#members.set(top.pid, { pid: top.pid, parent: 0, image: top.image });
  }

  /** A member by its pid. */
  get(pid: number): Member | undefined {
    return this.#members.get(pid);
  }

  /** All pids of members. */
  pids(): number[] {
    return [...this.#members.keys()];
  }

  /** It has ended a while ago; its pid may soon be that of another process. */
  forget(pid: number): void {
    this.#members.delete(pid);
  }

  /**
   * Takes in those that belong to the program.
   * @param look tells of processes that are not among them.
   * @returns new members, parents first.
   */
  admit(kin: readonly Kin[], look: (pid: number) => Kin | undefined): Member[] {
    const admitted: Member[] = [];
    let left = kin.filter(({ pid }) => !this.#members.has(pid));
    for (let before = -1; before !== left.length && left.length > 0;) {
      before = left.length;
      left = left.filter((one) => {
        const parent = this.#parentOf(one, look);
        if (parent === undefined) return true;
        const member = { pid: one.pid, parent, image: one.image };
        this.#members.set(one.pid, member);
        admitted.push(member);
        return false;
      });
    }
    return admitted;
  }

  /**
   * The member that has started a process. One whose parent has ended was given to another one: it is known
   * by the session or group that a member has begun, or by being a copy of a member, which its new parent is
   * not.
   */
  #parentOf(kin: Kin, look: (pid: number) => Kin | undefined): number | undefined {
    if (this.#members.has(kin.parent)) return kin.parent;
    for (const leader of [kin.session, kin.group]) {
      // The group of the process at the top may have others in it: a pipe's other programs.
      if (leader !== kin.pid && (this.#members.get(leader)?.parent ?? 0) !== 0) return leader;
    }
    if (kin.image === "") return undefined;
    const copied = [...this.#members.values()].find(({ image }) => image === kin.image);
    if (copied === undefined || look(kin.parent)?.image === kin.image) return undefined;
    return copied.pid;
  }
}
