/** The interpreters of these tests: those whose asyncio can be read. */
import { findPythons, type Python } from "../../scripts/pythons.ts";
import { supportedPythons } from "../pythons.ts";

export const interpreters: readonly Python[] = (await supportedPythons("ASYNCIO"))
  .filter(({ minor, freeThreaded }) => !freeThreaded && Number(minor.slice(2)) >= 11);

/** Free-threaded ones that are here, whose asyncio can be read, too. */
export const freeThreaded: readonly Python[] = (await findPythons())
  .filter(({ minor, freeThreaded }) => freeThreaded && Number(minor.slice(2)) >= 14);
