package main

const fishScript = `# Completion of fid for fish, printed by: fid --completion fish

function __fid_in -a modes count -d 'The mode is one of these (N: none yet), and behind it stand so many words'
    set -l words (commandline -opc)[2..]
    set -l valued "^(-[$__fid_plain]*[$__fid_letters]|--($(string join '|' $__fid_names)))\$"
    set -l mode CN
    set -l value no
    set -l n 0
    if contains -- "$words[1]" @MODES@
        set mode (string upper (string sub -l 1 -- $words[1]))
        set -e words[1]
    else if string match -qr -- "^(--listen|-[$__fid_plain]*l.*)\$" $words
        set mode L
    end
    for word in $words
        if test $value = yes
            set value no
        else if string match -qr -- $valued $word
            set value yes
        else if not string match -q -- '-?*' $word
            set n (math $n + 1)
        end
    end
    string match -qr -- "[$mode]" $modes; and begin
        test -z "$count"; or test $value$count = no$n
    end
end

complete -c fid -f
complete -c fid -n 'test (count (commandline -opc)) -eq 1' -a '@MODES@'
complete -c fid -n '__fid_in C 0' -a ' @DIALLED@'
complete -c fid -n '__fid_in LER 0' -a ' @SERVED@'
complete -c fid -n '__fid_in R 1' -a ' @TARGETS@'
complete -c fid -n '__fish_contains_opt -s U unix' -F
complete -c fid -n 'string match -qr "^(unix|unix-dgram|unix-seqpacket|file):" -- (commandline -ct)' -F

# modes, letter, name, value (":" has one, "=" may have one, "/" a file, "!" a command), help
set -g __fid_plain '' # letters that have no value,
set -g __fid_letters '' # those that have one,
set -g __fid_names # and names
printf '%s\n' '@TABLE@' | while read -l modes letter long kind help
    set -l call complete -c fid -n "__fid_in $modes" -d "$help"
    test $letter = .; or set -a call -s (string sub -s 2 -- $letter)
    test $long = .; or set -a call -l (string sub -s 3 -- $long)
    switch $kind
        case .
            set __fid_plain $__fid_plain(string sub -s 2 -- $letter)
        case '=/'
            set -a call -F
        case ':*'
            set __fid_letters $__fid_letters(string sub -s 2 -- $letter)
            test $long = .; or set -a __fid_names (string sub -s 3 -- $long)
    end
    switch $kind
        case ':'
            set -a call -x
        case ':/'
            set -a call -r -F
        case ':!'
            set -a call -x -a '(__fish_complete_command)'
        case ':*'
            set -a call -x -a (string replace -a , ' ' -- (string sub -s 2 -- $kind))
    end
    $call
end
`
