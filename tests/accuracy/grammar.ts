/**
 * Which stacks a target can have, read from its source: a mark `# -> f g` at the end of a line names
 * the functions that this line may call, `lib` among them for the standard library; a mark `# <-` at a
 * `def` says that the standard library may call the function. Every other call is impossible.
 */
import type { Place } from "./captured.ts";

interface FunctionSource {
  readonly name: string;
  readonly first: number;
  last: number;
  readonly indent: number;
  /** The standard library may call it. */
  readonly open: boolean;
}

interface Source {
  /** In order of their first lines. */
  readonly functions: FunctionSource[];
  /** By line: what may be called from it. */
  readonly calls: Map<number, readonly string[]>;
}

/** The sources of a target, by file name. */
export interface Grammar {
  readonly script: string;
  readonly sources: Map<string, Source>;
  /** Names of functions say what they are in; before 3.11 they do not. */
  readonly qualified: boolean;
  /** Sources of many files, by file name with @ for a number that also stands in their text. */
  readonly templates: ReadonlyMap<string, string>;
}

/** What a target prints as its first line. */
export interface Preface {
  /** Generated sources, by file name. */
  readonly sources?: Record<string, string>;
  readonly templates?: Record<string, string>;
}

const library = "lib";

/** Reads the grammar of a target from its script and from what it has generated. */
export function readGrammar(
  script: string,
  { sources = {}, templates = {} }: Preface,
  qualified: boolean,
): Grammar {
  const parsed = new Map(Object.entries(sources).map(([file, text]) => [file, parse(text)]));
  parsed.set(script, parse(Deno.readTextFileSync(script)));
  return { script, sources: parsed, qualified, templates: new Map(Object.entries(templates)) };
}

function parse(text: string): Source {
  const functions: FunctionSource[] = [];
  const calls = new Map<number, readonly string[]>();
  const open: { readonly indent: number; readonly path: string; function?: FunctionSource }[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const number = index + 1;
    const indent = line.length - line.trimStart().length;
    while (open.length > 0 && open.at(-1)!.indent >= indent) open.pop();
    const calling = /# -> (.*)$/.exec(line);
    if (calling) calls.set(number, calling[1]!.split(" "));
    const head = /^\s*(?:async )?(def|class) (\w+)/.exec(line);
    for (const scope of open) if (scope.function) scope.function.last = number;
    if (!head) continue;
    const name = (open.at(-1)?.path ?? "") + head[2];
    if (head[1] === "class") open.push({ indent, path: `${name}.` });
    else {
      const made = { name, first: number, last: number, indent, open: line.endsWith("# <-") };
      functions.push(made);
      open.push({ indent, path: `${name}.<locals>.`, function: made });
    }
  }
  return { functions, calls };
}

/** Why a stack (root first) cannot have been, or undefined if it can. */
export function findFault(grammar: Grammar, stack: readonly Place[]): string | undefined {
  const root = stack[0];
  if (root === undefined) return "no frame";
  const entered = root.file === grammar.script && root.name === "<module>";
  const started = isLibrary(root.file) && isNamed(grammar, "Thread._bootstrap", root.name);
  if (!entered && !started) return `${show(root)} is no root`;
  for (const [index, place] of stack.entries()) {
    const fault = findMisplaced(grammar, place) ?? findCall(grammar, place, stack[index + 1]);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function findMisplaced(grammar: Grammar, place: Place): string | undefined {
  if (isLibrary(place.file)) return undefined;
  const source = sourceOf(grammar, place.file);
  if (source === undefined) return `${show(place)}: no such file`;
  const innermost = source.functions.findLast(({ first, last }) =>
    first <= place.line && place.line <= last
  );
  if (place.name === "<module>") return undefined;
  const { name } = place;
  const within = name.replace(/(\.<locals>\.|^)<(list|set|dict)comp>$/, "");
  if (innermost && (within === "" || isNamed(grammar, innermost.name, within))) return undefined;
  return `${show(place)}: that line is in ${innermost?.name ?? "the module"}`;
}

function findCall(grammar: Grammar, caller: Place, callee: Place | undefined): string | undefined {
  if (callee === undefined) return undefined;
  if (isLibrary(caller.file)) {
    if (isLibrary(callee.file)) return undefined;
    const target = sourceOf(grammar, callee.file)?.functions.find((f) =>
      isNamed(grammar, f.name, callee.name)
    );
    return target?.open ? undefined : `the library calls ${show(callee)}`;
  }
  // Up to 3.11 a comprehension is a function of its own, called where it stands.
  if (isComprehension(callee.name) && callee.line === caller.line) return undefined;
  const allowed = sourceOf(grammar, caller.file)?.calls.get(caller.line) ?? [];
  const wanted = isLibrary(callee.file) ? library : callee.name;
  // A script that makes numbered functions cannot name the number.
  const numbered = wanted.replace(/_\d+$/, "_@");
  return allowed.some((name) => isNamed(grammar, name, wanted) || isNamed(grammar, name, numbered))
    ? undefined
    : `${show(caller)} calls ${show(callee)}`;
}

function sourceOf(grammar: Grammar, file: string): Source | undefined {
  const known = grammar.sources.get(file);
  if (known !== undefined) return known;
  for (const [pattern, text] of grammar.templates) {
    const [before = "", after = ""] = pattern.split("@");
    if (!file.startsWith(before) || !file.endsWith(after)) continue;
    const number = file.slice(before.length, file.length - after.length);
    const source = parse(text.replaceAll("@", number));
    grammar.sources.set(file, source);
    return source;
  }
  return undefined;
}

/** True if a function of this qualified name is shown under that name. */
function isNamed({ qualified }: Grammar, name: string, shown: string): boolean {
  return qualified ? name === shown : name.slice(name.lastIndexOf(".") + 1) === shown;
}

function isComprehension(name: string): boolean {
  return /(^|\.)<(list|set|dict)comp>$/.test(name);
}

function isLibrary(file: string): boolean {
  return /\/lib\/python3\.\d+t?\//.test(file) || /^<frozen [\w.]+>$/.test(file);
}

function show({ file, name, line }: Place): string {
  return `${name} (${file.slice(file.lastIndexOf("/") + 1)}:${line})`;
}
