import type { CommandForm, OptionForm, WordKind } from "./tree.ts";

/** The lines that make fish complete a command line. */
export function completeInFish(commands: readonly CommandForm[]): string {
  const valued = commands.filter(({ passesOn }) => passesOn)
    .flatMap(({ options }) => options)
    .flatMap(({ words, value }) => value === undefined ? [] : words);
  return `# Completion of tachyon's command line in fish, from \`tachyon completions fish\`.

function __tachyon_pids
    set -l words (commandline -opc)
    command -q $words[1]; or return
    $words[1] ps 2>/dev/null | string replace -rf '^ *(\\d+) .*  (.*)$' '$1\\t$2'
end

# Whether the command is this one, and what it passes on to another program has not begun.
function __tachyon_in
    set -l words (commandline -opc)
    test (count $words) -ge 2; and test $words[2] = $argv[1]; or return 1
    contains -- $argv[1] ${
    commands.filter(({ passesOn }) => passesOn).map(({ name }) => name).join(" ")
  }; or return 0
    set -l skip 0
    for word in $words[3..]
        if test $skip = 1
            set skip 0
        else if contains -- $word ${valued.join(" ")}
            set skip 1
        else if not string match -q -- '-*' $word; or test $word = --
            return 1
        end
    end
end

complete -c tachyon -n 'test (count (commandline -opc)) -eq 1' -f
complete -c tachyon -n 'test (count (commandline -opc)) -eq 1' -s h -l help -d 'explain the command'
complete -c tachyon -n 'test (count (commandline -opc)) -eq 1' -s V -l version -d 'print the version'
${
    commands.map(({ name, about }) =>
      `complete -c tachyon -n 'test (count (commandline -opc)) -eq 1' -a ${name} -d ${
        quote(about)
      }\n`
    ).join("")
  }${commands.map(describe).join("")}`;
}

function describe({ name, options, words }: CommandForm): string {
  const when = `complete -c tachyon -n '__tachyon_in ${name}'`;
  const lines = options.map((option) => `${when} ${specifyOption(option)}\n`);
  const kinds = words.map(offer);
  // Without words of its own a command takes none.
  if (kinds.length === 0) kinds.push("-f");
  return `\n${lines.join("")}${[...new Set(kinds)].map((kind) => `${when} ${kind}\n`).join("")}`;
}

function specifyOption({ words, about, value }: OptionForm): string {
  const names = words.map((word) =>
    word.startsWith("--") ? `-l ${word.slice(2)}` : `-s ${word.slice(1)}`
  );
  const kind = value === undefined
    ? []
    : value.kind === "file"
    ? ["-r -F"]
    : [`-x ${offer(value)}`];
  return [...names, ...kind, `-d ${quote(about)}`].join(" ");
}

function offer(word: WordKind): string {
  if (word.kind === "choice") return `-f -a '${word.choices.join(" ")}'`;
  return { file: "-F", pid: "-f -a '(__tachyon_pids)'", free: "-f" }[word.kind];
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
