/** The interpreters of these tests: those whose asyncio can be read. */
import type { Python } from "../../scripts/pythons.ts";
import { freeThreadedPythons, supportedPythons } from "../pythons.ts";

export const interpreters: readonly Python[] = (await supportedPythons("ASYNCIO"))
  .filter(({ minor }) => Number(minor.slice(2)) >= 11);

/** Free-threaded ones whose asyncio can be read, too. */
export const freeThreaded: readonly Python[] = (await freeThreadedPythons("ASYNCIO"))
  .filter(({ minor }) => Number(minor.slice(2)) >= 14);
