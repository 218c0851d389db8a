"""Makes the completion for bash of the help of all commands."""

import re

SCRIPT = r"""# Completion of atrium for bash, made of what `atrium --help` says.

_atrium() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local command=${COMP_WORDS[1]} words=
  # --flag=value comes as three words.
  if [[ $word == = ]]; then
    word=
  elif [[ $before == = ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  # The command may be left out, and is node then.
  [[ $command != -* ]] || command=node
  ((COMP_CWORD > 1)) || [[ $command == node && $word == -* ]] || command=
  case "$command $before" in
%s
  *)
    case $command in
%s
    esac
    ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -F _atrium atrium
"""
FILES = """    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen %s -- "$word")
    return
    ;;"""


def choices(takes):
    """The values of `on|off` and `TEXT:{api,chat}`; none where any value will do."""
    if found := re.search(r"\{(.*?)\}", takes):
        return found[1].split(",")
    return takes.split("|") if re.fullmatch(r"[a-z_]+(\|[a-z_]+)+", takes) else []


def action(takes):
    """What to do after an option that takes a value."""
    if takes in ("FILE", "FOLDER"):
        return FILES % ("-f" if takes == "FILE" else "-d")
    return f'    words="{" ".join(choices(takes))}"\n    ;;'


def is_free_of_value(item):
    return item.takes in ("", "REQUIRED")


def value_cases(helps):
    """A branch for each way to go on after an option."""
    found = {}
    for help in helps:
        for item in help.options:
            if not is_free_of_value(item):
                found.setdefault(action(item.takes), []).append(f'"{help.command} {item.flags[-1]}"')
    return "\n".join(f"  {' | '.join(sorted(cases))})\n{what}" for what, cases in found.items())


def words_of(help):
    """What may stand in a command line: subcommands, choices of positionals, and flags."""
    names = [term.split()[0] for item in help.listed("Commands") for term in item.term.split(", ")]
    named = [word for item in help.listed("Positionals") for word in choices(item.takes)]
    flags = [item.flags[-1] for item in help.options]
    return list(dict.fromkeys(names + named + flags))


def bash_completion(helps):
    cases = (f"    {help.command or chr(39) * 2}) words=\"{' '.join(words_of(help))}\" ;;"
             for help in helps)
    return SCRIPT % (value_cases(helps), "\n".join(cases))
