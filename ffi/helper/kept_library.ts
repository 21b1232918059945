import { createHash } from "node:crypto";

/**
 * Puts the library into a file and returns its path. Windows loads libraries from files only, and lets no one
 * delete a file that is loaded: so it is kept, under its hash, in the user's own folder for such data, and the
 * next start finds it there.
 * @throws {Error} when it cannot be written.
 */
export function keepLibrary(bytes: Uint8Array, folder: string = ownFolder()): string {
  const hash = createHash("sha256").update(bytes).digest("hex");
  const path = `${folder}\\helper-${hash.slice(0, 32)}.dll`;
  if (holds(path, bytes)) return path;
  Deno.mkdirSync(folder, { recursive: true });
  const partial = `${folder}\\${crypto.randomUUID()}.dll`;
  Deno.writeFileSync(partial, bytes, { createNew: true });
  try {
    Deno.renameSync(partial, path);
  } catch (error) {
    Deno.removeSync(partial);
    // Another run was faster, and has it loaded already.
    if (!holds(path, bytes)) throw error;
  }
  return path;
}

function ownFolder(): string {
  const local = Deno.env.get("LOCALAPPDATA") ?? Deno.env.get("TEMP");
  if (local === undefined) throw new Error("neither %LOCALAPPDATA% nor %TEMP% is set");
  return `${local}\\tachyon`;
}

function holds(path: string, bytes: Uint8Array): boolean {
  try {
    const found = Deno.readFileSync(path);
    return found.length === bytes.length && found.every((byte, index) => byte === bytes[index]);
  } catch {
    return false;
  }
}
