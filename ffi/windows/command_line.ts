/**
 * Takes a command line apart as the C runtime does for `main` (Microsoft, "Parsing C command-line arguments"):
 * blanks part words but for those in quotes; 2n backslashes before a quote are n, one more takes the quote
 * itself; two quotes inside of quotes are one. In the first word, the program, backslashes mean themselves.
 */
export function splitCommandLine(line: string): string[] {
  const words: string[] = [];
  let at = line.startsWith('"')
    ? Math.max(line.indexOf('"', 1), 0) || line.length
    : endOfWord(line);
  words.push(line.slice(0, at).replaceAll('"', ""));
  if (line[at] === '"') at++;
  for (;;) {
    while (isBlank(line[at])) at++;
    if (at >= line.length) return words[0] === "" && words.length === 1 ? [] : words;
    let word = "";
    let quoted = false;
    for (; at < line.length && (quoted || !isBlank(line[at])); at++) {
      let slashes = 0;
      while (line[at] === "\\") [slashes, at] = [slashes + 1, at + 1];
      if (line[at] !== '"') {
        word += "\\".repeat(slashes);
        at--;
        if (slashes === 0) word += line[++at];
        continue;
      }
      word += "\\".repeat(slashes >> 1);
      if (slashes % 2 === 1) word += '"';
      else if (quoted && line[at + 1] === '"') [word, at] = [`${word}"`, at + 1];
      else quoted = !quoted;
    }
    words.push(word);
  }
}

function endOfWord(line: string): number {
  const end = line.search(/[ \t]/);
  return end < 0 ? line.length : end;
}

function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\t";
}
