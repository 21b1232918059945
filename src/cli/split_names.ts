/** The names of outputs that several processes have each for itself. */

import { FORMATS } from "../../collectors/registry.ts";
import { baseName } from "../analysis/places.ts";
import type { OutputRequest } from "./destination.ts";
import { takesMore } from "./part_names.ts";

/**
 * The place of one process's output, where the first process's has the given name: `out.html` becomes
 * `out_1234.html`. Standard output, devices and pipes take one output after another.
 */
export function nameFor(output: OutputRequest, tag: string): OutputRequest {
  const { path, format } = output;
  if (path === undefined || takesMore(path)) return output;
  const { extension, inFile } = FORMATS[format];
  const name = baseName(path);
  const known = [extension, inFile?.extension ?? ""].map((one) => `.${one}`)
    .find((one) => one !== "." && name.length > one.length && name.endsWith(one));
  const dot = known === undefined ? name.lastIndexOf(".") : name.length - known.length;
  const at = path.length - name.length + (dot > 0 ? dot : name.length);
  return { ...output, path: `${path.slice(0, at)}_${tag}${path.slice(at)}` };
}
