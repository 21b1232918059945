import { repository } from "../repository.ts";
import { BuildFault } from "./fault.ts";

/** What the program is to be let do on macOS. */
export const entitlements = `${repository}/entitlements.plist`;

/** Who signs: a name that `codesign` finds a certificate by; `-`: nobody, which holds on this machine. */
export const SIGNER = "TACHYON_SIGNER";

/**
 * Signs an executable for macOS with what it needs to look into other programs. Apple's `codesign` does it,
 * which there is on a Mac alone: elsewhere, and for other systems, nothing is done.
 * @param target the machine that it is for
 * @throws BuildFault when it fails.
 */
export async function signForMac(target: string, path: string): Promise<void> {
  if (Deno.build.os !== "darwin" || !target.startsWith("macos-")) return;
  const signer = Deno.env.get(SIGNER) ?? "-";
  const { success, stderr } = await new Deno.Command("codesign", {
    args: [
      "--force",
      "--sign",
      signer,
      "--options",
      "runtime",
      "--entitlements",
      entitlements,
      path,
    ],
    stdin: "null",
  }).output();
  if (!success) {
    throw new BuildFault(`codesign failed:\n${new TextDecoder().decode(stderr).trim()}`);
  }
}
