/** Where this machine gets Debian from. */
export interface Mirror {
  readonly uri: string;
  /** The keyring that signs it, if its entry names one. */
  readonly signedBy?: string;
}

const debianSuites = ["stable", "testing", "unstable", "sid"];

/**
 * The Debian mirror among apt's own sources, one-line (`*.list`) and deb822 (`*.sources`) files
 * alike. It must serve the main component of a whole release: no updates, security or other vendors.
 * @param codename the machine's release, `VERSION_CODENAME` of os-release.
 */
export function findMirror(
  files: ReadonlyMap<string, string>,
  codename: string,
): Mirror | undefined {
  const suites = [codename, ...debianSuites];
  for (const [path, text] of files) {
    const entries = path.endsWith(".sources") ? readDeb822(text) : readOneLine(text);
    for (const entry of entries) {
      if (!entry.components.includes("main")) continue;
      if (!entry.suites.some((suite) => suites.includes(suite))) continue;
      return entry.signedBy === undefined
        ? { uri: entry.uri }
        : { uri: entry.uri, signedBy: entry.signedBy };
    }
  }
  return undefined;
}

interface Entry {
  readonly uri: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
  readonly signedBy: string | undefined;
}

function readOneLine(text: string): Entry[] {
  const entries: Entry[] = [];
  for (const line of text.split("\n")) {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s+([^#]*)/.exec(line);
    if (match === null) continue;
    const [, options, uri, suite, components] = match;
    if (uri === undefined || suite === undefined || components === undefined) continue;
    const signedBy = /(?:^|\s)signed-by=(\/[^\s,]+)/.exec(options ?? "")?.[1];
    entries.push({ uri, suites: [suite], components: words(components), signedBy });
  }
  return entries;
}

function readDeb822(text: string): Entry[] {
  const entries: Entry[] = [];
  for (const stanza of text.replace(/^#.*\n/gm, "").split(/\n\s*\n/)) {
    const fields = new Map<string, string>();
    for (const match of stanza.matchAll(/^([A-Za-z0-9-]+):[ \t]*(.*(?:\n[ \t].*)*)/gm)) {
      fields.set((match[1] ?? "").toLowerCase(), match[2] ?? "");
    }
    const uri = words(fields.get("uris") ?? "")[0];
    if (uri === undefined || fields.get("enabled")?.trim().toLowerCase() === "no") continue;
    if (!words(fields.get("types") ?? "").includes("deb")) continue;
    const signedBy = words(fields.get("signed-by") ?? "")[0];
    entries.push({
      uri,
      suites: words(fields.get("suites") ?? ""),
      components: words(fields.get("components") ?? ""),
      // the field may also hold the key itself
      signedBy: signedBy?.startsWith("/") ? signedBy : undefined,
    });
  }
  return entries;
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
