import type { CommandForm, WordKind } from "./tree.ts";

/** The function that completes a command line in bash, 3.2 and later. */
export function completeInBash(commands: readonly CommandForm[]): string {
  return `# Completion of tachyon's command line in bash, from \`tachyon completions bash\`.

_tachyon_pids() {
  "\${COMP_WORDS[0]/#\\~/$HOME}" ps 2>/dev/null | sed -n 's/^ *\\([0-9][0-9]*\\) .*/\\1/p'
}

# Offers words; with none to offer it says so, where otherwise files would be offered.
_tachyon_offer() {
  local IFS=$' \\t\\n'
  # shellcheck disable=SC2207  # None of the words has blanks in it.
  COMPREPLY=($(compgen -W "$1" -- "$2"))
  compopt +o default +o bashdefault 2>/dev/null || return 0
}

_tachyon() {
  local word=\${COMP_WORDS[COMP_CWORD]} last=\${COMP_WORDS[COMP_CWORD-1]} given=0 at
  local options=() valued=()
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    _tachyon_offer '${commands.map(({ name }) => name).join(" ")} --help --version' "$word"
    return
  fi
  case \${COMP_WORDS[1]} in
${commands.map(listOptions).join("")}    *) return ;;
  esac
  for ((at = 2; at < COMP_CWORD; at++)); do
    if [[ " \${valued[*]} " == *" \${COMP_WORDS[at]} "* ]]; then
      ((at++))
    elif [[ \${COMP_WORDS[at]} != -* || \${COMP_WORDS[at]} == -- ]]; then
      ((given++))
    fi
  done
  case \${COMP_WORDS[1]}:$last in
${commands.map(listValues).join("")}  esac
${listForeign(commands)}  if [[ $word == -* ]]; then
    _tachyon_offer "\${options[*]}" "$word"
    return
  fi
  case \${COMP_WORDS[1]}:$given in
${commands.map(listWords).join("")}    *) _tachyon_offer '' "$word" ;;
  esac
}

complete -o bashdefault -o default -F _tachyon tachyon
`;
}

function listOptions({ name, options }: CommandForm): string {
  const all = options.flatMap(({ words }) => words);
  const valued = options.flatMap(({ words, value }) => value === undefined ? [] : words);
  return `    ${name})
      options=(${all.join(" ")})
      valued=(${valued.join(" ")})
      ;;
`;
}

function listValues({ name, options }: CommandForm): string {
  return options.map(({ words, value }) => {
    if (value === undefined) return "";
    return `    ${words.map((word) => `${name}:${word}`).join(" | ")}) ${offer(value)} ;;\n`;
  }).join("");
}

function listWords({ name, words }: CommandForm): string {
  return words.map((word, index) => `    ${name}:${index}) ${offer(word)} ;;\n`).join("");
}

/** Where another program's command line begins, files are the best that can be offered. */
function listForeign(commands: readonly CommandForm[]): string {
  const names = commands.filter(({ passesOn }) => passesOn).map(({ name }) => name);
  return `  case \${COMP_WORDS[1]}:$given in
    ${names.map((name) => `${name}:[1-9]*`).join(" | ")}) return ;;
  esac
`;
}

function offer(word: WordKind): string {
  if (word.kind === "file") return "return";
  const words = word.kind === "choice"
    ? `'${word.choices.join(" ")}'`
    : word.kind === "pid"
    ? '"$(_tachyon_pids)"'
    : "''";
  return `_tachyon_offer ${words} "$word" && return`;
}
