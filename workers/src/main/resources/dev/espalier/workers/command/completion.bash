# Completion of espalier's commands, options, recipes and runs, for bash and zsh.
#   bash: source <(espalier completion bash)      zsh: source <(espalier completion zsh)

_espalier_commands='@COMMANDS@'

# The options of command $1, one a line.
_espalier_options() {
  case $1 in
@OPTIONS@
  esac
}

# What is given to option $2 of command $1, or is its argument number $2, the first being 0: a kind in
# capitals, or the words that are legal. Nothing for an option that takes nothing.
_espalier_value() {
  case "$1 $2" in
@VALUES@
  esac
}

_espalier_recipes() {
  find "$1" -maxdepth 1 -name '*.json' 2>/dev/null | sed -e 's|.*/||' -e 's|\.json$||' | sort
}

# The runs that the work folder $1 knows: those seen last, and those with results in it.
_espalier_runs() {
  {
    cat "$1/runs.txt"
    find "$1/s3" -mindepth 3 -maxdepth 3 -path '*/runs/*' | sed 's|.*/||'
  } 2>/dev/null | sort -u
}

# How many arguments of command $1, which is word $2, stand before the one that is completed. Bash
# takes ':' and '=' for words, too, and goes on with another behind them.
_espalier_arguments() {
  local i=$(($2 + 1)) n=0 before=
  while [ "$i" -le "$COMP_CWORD" ]; do
    before=${COMP_WORDS[$((i - 1))]}
    case ${COMP_WORDS[$i]} in
      -?* | : | =) ;;
      *)
        case $before in
          : | =) ;;
          -*) [ -n "$(_espalier_value "$1" "$before")" ] || n=$((n + 1)) ;;
          *) n=$((n + 1)) ;;
        esac
        ;;
    esac
    i=$((i + 1))
  done
  if [ "$n" -gt 0 ]; then n=$((n - 1)); fi
  echo "$n"
}

_espalier_option() { # for what completes to files, or goes on after what was completed
  if type compopt >/dev/null 2>&1; then compopt -o "$1"; fi
}

# Completes a run. Bash takes the ':' in the id of a scheduled run for the end of a word, and puts what
# is found behind the last one.
_espalier_run() {
  local run=$current i=$COMP_CWORD
  while [ "$i" -gt 2 ] && { [ "${run:0:1}" = : ] || [ "${COMP_WORDS[$((i - 1))]}" = : ]; }; do
    i=$((i - 1))
    run=${COMP_WORDS[$i]}$run
  done
  COMPREPLY=($(compgen -W "$(_espalier_runs "$work")" -- "$run"))
  if [ "$run" != "$current" ]; then
    local there=${run%"${run##*:}"}
    COMPREPLY=("${COMPREPLY[@]#"$there"}")
  fi
}

_espalier() {
  local IFS=$'\n'
  local home='@HOME@'
  local work=${ESPALIER_WORK:-$home/.espalier}
  local current=${COMP_WORDS[COMP_CWORD]}
  local before=${COMP_WORDS[$((COMP_CWORD - 1))]}
  local command= word= kind= words= i=1
  COMPREPLY=()
  while [ "$i" -lt "$COMP_CWORD" ]; do
    word=${COMP_WORDS[$i]}
    case " $_espalier_commands " in
      *" $word "*) command=$word && break ;;
    esac
    i=$((i + 1))
  done
  if [ -z "$command" ]; then
    words=$(echo "$_espalier_commands --help --verbose" | tr ' ' '\n')
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    return
  fi
  case $before in
    -*) kind=$(_espalier_value "$command" "$before") ;;
  esac
  if [ -z "$kind" ]; then
    case $current in
      -*)
        COMPREPLY=($(compgen -W "$(_espalier_options "$command")" -- "$current"))
        return
        ;;
    esac
    kind=$(_espalier_value "$command" "$(_espalier_arguments "$command" "$i")")
  fi
  case $kind in
    NOTHING | '') ;;
    DIR)
      _espalier_option filenames
      COMPREPLY=($(compgen -d -- "$current"))
      ;;
    FILE)
      _espalier_option filenames
      COMPREPLY=($(compgen -f -- "$current"))
      ;;
    PLAN)
      _espalier_option filenames
      words=$(_espalier_recipes "$home/recipes")
      COMPREPLY=($(compgen -W "$words" -- "$current") $(compgen -f -- "$current"))
      ;;
    RECIPE) COMPREPLY=($(compgen -W "$(_espalier_recipes "$home/recipes")" -- "$current")) ;;
    RUN) _espalier_run ;;
    FIELD)
      _espalier_option nospace
      words=$(echo '@FIELDS@' | tr ' ' '\n')
      COMPREPLY=($(compgen -W "$words" -- "$current"))
      ;;
    *) COMPREPLY=($(compgen -W "$(echo "$kind" | tr ' ' '\n')" -- "$current")) ;;
  esac
}

complete -F _espalier espalier
