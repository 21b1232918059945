import type { CommandForm, OptionForm, WordKind } from "./tree.ts";

/** The function that completes a command line in zsh: to be sourced, or a file in its fpath. */
export function completeInZsh(commands: readonly CommandForm[]): string {
  return `#compdef tachyon
# Completion of tachyon's command line in zsh, from \`tachyon completions zsh\`.

_tachyon_pids() {
  local -a pids
  pids=(\${(f)"$(_call_program pids \${service:-tachyon} ps 2>/dev/null |
    sed -n 's/^ *\\([0-9][0-9]*\\) .*  \\(.*\\)$/\\1:\\2/p')"})
  _describe -t pids 'process' pids
}

_tachyon_commands() {
  local -a commands=(
${commands.map(({ name, about }) => `    ${quote(`${name}:${about}`)}\n`).join("")}  )
  _describe -t commands 'command' commands
}

_tachyon() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  _arguments -C \\
    '(- *)'{-h,--help}'[explain the command]' \\
    '(- *)'{-V,--version}'[print the version]' \\
    '1:command:_tachyon_commands' \\
    '*::argument:->rest' && return
  [[ $state == rest ]] || return
  case $words[1] in
${commands.map(describe).join("")}  esac
}

if [[ $funcstack[1] == _tachyon ]]; then
  _tachyon "$@"
else
  compdef _tachyon tachyon
fi
`;
}

function describe({ name, options, words, passesOn }: CommandForm): string {
  const rest = passesOn ? ["'*::program:_normal'"] : [];
  const specs = [
    ...options.map(specifyOption),
    ...words.map((word, index) => quote(`${index + 1}:${word.name}:${act(word)}`)),
    ...rest,
  ];
  const mode = passesOn ? "-s -A '-*'" : "-s";
  return `    ${name})
      _arguments ${mode} \\
        ${specs.join(" \\\n        ")}
      ;;
`;
}

/** An option's words shut each other out, unless it may come again and again. */
function specifyOption({ words, about, value }: OptionForm): string {
  const [first = "", second] = words;
  const end = `[${about.replace(/[\\[\\]:]/g, "\\\\$&")}]` +
    (value === undefined ? "" : `:${value.name}:${act(value)}`);
  if (second === undefined) return quote(`*${first}${end}`);
  return `'*'{${first},${second}}${quote(end)}`;
}

function act(word: WordKind): string {
  if (word.kind === "choice") return `(${word.choices.join(" ")})`;
  return { file: "_files", pid: "_tachyon_pids", free: " " }[word.kind];
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
