package main

// bashScript needs nothing but bash 4. Before that there is no compopt: a blank comes behind each
// word. Where a file is meant it offers nothing: then readline completes the name itself, quotes
// and blanks with it.
const bashScript = `# Completion of fid for bash, printed by: fid --completion bash

_fid_kind() { # of the value of the flag $1
	kind=${table#*" $1 "}
	if [[ $1 == -? ]]; then kind=${kind#* }; fi
	kind=${kind%% *}
	if [[ $table != *" $1 "* ]]; then kind=.; fi
}

_fid() {
	local IFS=$' \t\n' rest=${COMP_LINE:0:COMP_POINT} words=() n=-1 i word left
	for ((i = 0; i <= COMP_CWORD; i++)); do # readline cuts words at ":" and "=", too
		left=${rest#"${rest%%[![:space:]]*}"} word=${COMP_WORDS[i]}
		if ((i == COMP_CWORD)); then word=$left; fi
		if ((n < 0)) || [[ $left != "$rest" ]]; then words[++n]=$word; else words[n]+=$word; fi
		rest=${left#"$word"}
	done

	# modes, letter, name, value (":" has one, "=" may have one, "/" a file, "!" a command), help
	local table='
@TABLE@
'
	local mode=CN first=1 count=0 value= paths= ended= kind
	if ((n > 1)); then
		case ${words[1]} in
		listen) mode=L first=2 ;;
		connect) mode=C first=2 ;;
		echo) mode=E first=2 ;;
		relay) mode=R first=2 ;;
		esac
	fi
	for word in "${words[@]:first:n-first}"; do
		if [[ -n $value ]]; then
			value=
		elif [[ -n $ended || $word != -?* ]]; then
			count=$((count + 1))
		elif [[ $word == -- ]]; then
			ended=1
		elif [[ $word == --* ]]; then
			_fid_kind "$word"
			case $kind in :*) value=$kind ;; esac
			case $mode$word in CN--listen) mode=L ;; ?--unix | CN--unix) paths=1 ;; esac
		else
			for ((i = 1; i < ${#word}; i++)); do
				_fid_kind "-${word:i:1}"
				case $mode${word:i:1} in CNl) mode=L ;; ?U | CNU) paths=1 ;; esac
				case $kind in :*)
					if ((i + 1 == ${#word})); then value=$kind; fi
					break
					;;
				esac
			done
		fi
	done

	local cur=${words[n]} lead= list= modes letter long
	if [[ -z $value && -z $ended && $cur == --*=* ]]; then
		lead=${cur%%=*}=
		_fid_kind "${cur%%=*}"
		value=$kind
	elif [[ -z $value && -z $ended && $cur == -* ]]; then
		while read -r modes letter long kind rest; do
			case $modes in *["$mode"]*) list+=" $letter $long" ;; *) continue ;; esac
			case $kind in =*) list+=" $long=" ;; esac
		done <<<"$table"
	elif [[ -z $value ]]; then
		case $mode$count in
		C0 | CN0) list=' @DIALLED@' ;;
		[LER]0) list=' @SERVED@' ;;
		R1) list=' @TARGETS@' ;;
		esac
		if ((n == 1)); then list+=' @MODES@'; fi
		case $paths$cur in
		1* | unix:* | unix-dgram:* | unix-seqpacket:* | file:*) value=:/ ;;
		exec:*) value=:! lead=exec: ;;
		esac
	fi

	COMPREPLY=()
	case $value in
	?/) return ;;
	?!) list=$(compgen -c -- "${cur#"$lead"}") ;;
	?*) list=${value:1} list=${list//,/ } ;;
	esac
	compopt +o default 2>/dev/null
	left=$cur # what stands before the last cut stays as it is
	while [[ -n $left && $COMP_WORDBREAKS != *"${left:${#left}-1}"* ]]; do left=${left%?}; done
	for word in $(compgen -P "$lead" -W "$list" -- "${cur#"$lead"}"); do
		case $word in *[:=]) compopt -o nospace 2>/dev/null ;; esac
		COMPREPLY+=("${word#"$left"}")
	done
}

complete -o default -F _fid fid
`
