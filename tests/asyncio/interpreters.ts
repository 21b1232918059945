/** The interpreters of these tests: those whose asyncio can be read. */
import type { Python } from "../../scripts/pythons.ts";
import { supportedPythons } from "../pythons.ts";

export const interpreters: readonly Python[] = (await supportedPythons("ASYNCIO"))
  .filter(({ minor }) => Number(minor.slice(2)) >= 11);
