package main

const zshScript = `#compdef fid
# Completion of fid for zsh, printed by: fid --completion zsh

_fid_address() { # $@: the schemes
  if (( $+opt_args[-U] + $+opt_args[--unix] )) || compset -P '(unix|unix-dgram|unix-seqpacket|file):'; then
    _files
  elif compset -P 'exec:'; then
    _command_names -e
  else
    compadd -S '' -- "$@"
  fi
}

_fid() {
  local mode=CN modes letter long kind help value state line ret=1
  local -a specs known=(@MODES@)
  local -A opt_args
  if (( CURRENT > 2 )) && [[ -n ${(M)known:#$words[2]} ]]; then
    mode=${(U)words[2][1]}
    shift words
    (( CURRENT-- ))
  elif [[ -n ${(M)words[2,CURRENT-1]:#(--listen|-[[:alnum:]]#l*)} ]]; then
    mode=L
  fi
  # modes, letter, name, value (":" has one, "=" may have one, "/" a file, "!" a command), help
  while read -r modes letter long kind help; do
    [[ $modes == *[$mode]* ]] || continue
    help=${help:+"[$help]"}
    case $kind in
      (?/) value=:file:_files ;;
      (?!) value=:command:'_command_names -e' ;;
      (?) value=:value: ;;
      (*) value=":value:(${${kind#?}//,/ })" ;;
    esac
    case $kind in
      (.) specs+=("*$letter$help" "*$long$help") ;;
      (':'*) specs+=("*$letter+$help$value" "*$long=$help$value") ;;
      ('='*) specs+=("*$long=-$help:$value") ;; # attached, if at all
    esac
  done <<<'@TABLE@'
  specs=(${specs:#\*.*}) # what has no letter, or no name

  _arguments -s -S : $specs '1:address:->first' '2:port or address:->second' '*:port:' && ret=0
  case $state in
    (first)
      [[ $mode == CN && $CURRENT -eq 2 ]] && compadd -- @MODES@ && ret=0
      case $mode in
        (C*) _fid_address @DIALLED@ && ret=0 ;;
        (*) _fid_address @SERVED@ && ret=0 ;;
      esac ;;
    (second)
      [[ $mode == R ]] && _fid_address @TARGETS@ && ret=0 ;;
  esac
  return ret
}

if [[ $funcstack[1] == _fid ]]; then # from a directory of fpath
  _fid "$@"
else
  compdef _fid fid
fi
`
