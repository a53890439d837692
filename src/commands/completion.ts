import type { Argv, CommandModule } from 'yargs';
import type { CommandHost, GlobalArguments } from './command.ts';

const SHELLS = ['bash', 'zsh'] as const;

interface CompletionOptions {
  readonly shell: (typeof SHELLS)[number];
}

/** Works without a project: it is asked for once, in a home directory. */
export function completionCommand(host: CommandHost): CommandModule<GlobalArguments, CompletionOptions> {
  return {
    command: 'completion <shell>',
    describe: 'Print a completion script for a shell',
    builder: (parser: Argv<GlobalArguments>) =>
      parser
        .example('$0 completion bash >> ~/.bashrc', 'For every new shell')
        .example('source <($0 completion zsh)', 'For this one')
        .positional('shell', { choices: SHELLS, demandOption: true, describe: 'Which shell' }),
    handler: ({ shell }) => host.print(SCRIPTS[shell]),
  };
}

/**
 * Both ask tidemark itself (yargs' hidden option) at each press of the key. SHELL tells it which form to answer in: for
 * zsh with descriptions. Bash 3.2, which macOS has, knows no `mapfile`.
 */
const SCRIPTS = {
  bash: `# completion of tidemark for bash
_tidemark_complete() {
  local IFS=$'\\n' current="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=($(compgen -W "$(SHELL=bash tidemark --get-yargs-completions "\${COMP_WORDS[@]}" 2>/dev/null)" -- "$current"))
}
complete -o bashdefault -o default -F _tidemark_complete tidemark`,
  zsh: `#compdef tidemark
# completion of tidemark for zsh
_tidemark_complete() {
  local -a answers
  answers=("\${(@f)$(SHELL=zsh tidemark --get-yargs-completions "\${words[@]}" 2>/dev/null)}")
  if (( \${#answers} > 0 )) && [[ -n "\${answers[1]}" ]]; then
    _describe 'tidemark' answers
  else
    _default
  fi
}
if [[ "\${zsh_eval_context[-1]}" == loadautofunc ]]; then
  _tidemark_complete "$@"
else
  compdef _tidemark_complete tidemark
fi`,
} as const;
