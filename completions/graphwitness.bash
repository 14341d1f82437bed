# Completion of graphwitness for bash. Asks the program itself for its commands, options and rules, so it cannot fall behind.

_graphwitness_options() { # of a command
  "${COMP_WORDS[0]}" "$1" --help 2>/dev/null | grep -oE '^ +(-[a-zA-Z] \[ )?--[a-z-]+( \])?' | grep -oE -- '--[a-z-]+'
}

_graphwitness_formats() { # of a command; the help's line lists them
  "${COMP_WORDS[0]}" "$1" --help 2>/dev/null | sed -n '/--format FORMAT/{s/.*FORMAT//;s/(default)//;s/,//g;s/ or / /;p;}'
}

_graphwitness() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} words=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    words=$("${COMP_WORDS[0]}" --help 2>/dev/null | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
  elif [[ $word == -* ]]; then
    words=$(_graphwitness_options "$command")
  else
    case $before in
      --format) words=$(_graphwitness_formats "$command") ;;
      --fail-on) words="note warning error never" ;;
      --for) words="trace script" ;;
      --color) words="auto always never" ;;
      --select | --ignore | explain) words=$("${COMP_WORDS[0]}" rules 2>/dev/null | cut -d' ' -f1) ;;
      *) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    esac
  fi
  [ -z "$words" ] || mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -o filenames -F _graphwitness graphwitness
