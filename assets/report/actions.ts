import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { readHash, type State, writeHash } from "./state.ts";

/** A change of the state; what is undefined goes. */
export type Patch = { readonly [K in keyof State]?: State[K] | undefined };

/** Changes the state. `replace`: without a way back, for what changes with every key. */
export type Go = (patch: Patch, how?: "replace") => void;

/** What makes another picture, which is then seen as a whole. */
const PICTURE: readonly (keyof State)[] = [
  "steps",
  "without",
  "range",
  "grouping",
  "mergeRecursion",
  "inverted",
  "order",
  "side",
];

/** The state in the page's address: the browser's own way back undoes what was done. */
export function useAddress(): [State, Go] {
  const [state, setState] = useState(() => readHash(location.hash));
  const latest = useRef(state);
  latest.current = state;
  useEffect(() => {
    const follow = (): void => setState(readHash(location.hash));
    addEventListener("popstate", follow);
    addEventListener("hashchange", follow);
    return () => {
      removeEventListener("popstate", follow);
      removeEventListener("hashchange", follow);
    };
  }, []);
  const go = useCallback<Go>((patch, how) => {
    const whole = PICTURE.some((name) => name in patch) ? { zoom: undefined } : {};
    const changed = Object.entries({ ...latest.current, ...whole, ...patch })
      .filter(([, value]) => value !== undefined);
    const next = Object.fromEntries(changed) as unknown as State;
    const hash = `#${writeHash(next)}`;
    if (how === "replace") history.replaceState(null, "", hash);
    else if (hash !== (location.hash || "#")) history.pushState(null, "", hash);
    latest.current = next;
    setState(next);
  }, []);
  return [state, go];
}
