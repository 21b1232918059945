import type { OwnRights, TargetRights } from "../../ffi/machine.ts";

/** Something that keeps us from reading a process, the one to remove first at the front. */
export type Obstacle =
  /** The system filters or lacks the call that reads memory. */
  | { readonly kind: "no-reading"; readonly detail: string }
  /** It belongs to another user. */
  | { readonly kind: "other-user"; readonly user: number }
  /** It is in a user namespace in which we are nobody. */
  | { readonly kind: "other-namespace" }
  /** Yama keeps processes from those that did not start them (1), from all but root (2), from all (3). */
  | { readonly kind: "yama"; readonly scope: number }
  /** It has capabilities that we have not. */
  | { readonly kind: "outranked" }
  /** It keeps everybody out, as setuid programs do. */
  | { readonly kind: "not-dumpable" }
  /** AppArmor, SELinux or the like has given it another label than us. */
  | { readonly kind: "labelled"; readonly label: string };

/**
 * What stands between us and a process that we may not read, as far as the system tells
 * (ptrace(2), "Ptrace access mode checking", whose order this is). Empty if nothing is known to.
 */
export function findObstacles(own: OwnRights, target: TargetRights): Obstacle[] {
  const obstacles: Obstacle[] = [];
  if (own.readFailure !== undefined) {
    obstacles.push({ kind: "no-reading", detail: own.readFailure });
  }
  if (!own.mayTrace) {
    const stranger = target.users.find((user) => user !== own.user);
    if (stranger !== undefined) obstacles.push({ kind: "other-user", user: stranger });
    else if (target.dumpable === false) obstacles.push({ kind: "not-dumpable" });
    else if (target.outranks) obstacles.push({ kind: "outranked" });
  } else if (target.sameUsers === false && !own.realUsers) {
    obstacles.push({ kind: "other-namespace" });
  }
  const scope = own.ptraceScope ?? 0;
  if (scope === 3 || (scope > 0 && !own.mayTrace && !(scope === 1 && target.descends))) {
    obstacles.push({ kind: "yama", scope });
  }
  if (target.label !== own.label && target.label !== "" && target.label !== "unconfined") {
    obstacles.push({ kind: "labelled", label: target.label });
  }
  return obstacles;
}

/**
 * Whether programs that we start may be stopped for their samples. Our stopper, a process of its own, is
 * no ancestor of theirs, as Yama asks for at 1.
 */
export function mayStopChildren({ ptraceScope = 0, mayTrace }: OwnRights): boolean {
  return ptraceScope === 0 || (ptraceScope < 3 && mayTrace);
}
