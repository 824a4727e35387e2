package main

// powershellScript offers nothing where a file is meant: PowerShell then completes the name.
const powershellScript = `# Completion of fid for PowerShell 5 and later, printed by: fid --completion powershell

Register-ArgumentCompleter -Native -CommandName fid -ScriptBlock {
    param($word, $ast, $cursor)

    # modes, letter, name, value (":" has one, "=" may have one, "/" a file, "!" a command), help
    $table = @'
@TABLE@
'@
    $flags = foreach ($line in ($table -split '\r?\n' -ne '')) {
        $modes, $letter, $long, $kind, $help = $line -split ' ', 5
        [pscustomobject]@{ Modes = $modes; Letter = $letter; Long = $long; Kind = $kind; Help = $help }
    }
    $words = @($ast.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object { $_.Extent.Text })

    $mode = 'CN'; $next = 1; $count = 0; $value = ''; $paths = $false; $ended = $false
    if ($words.Count -gt 1 -and ('@MODES@' -split ' ') -ccontains $words[1]) {
        $mode = $words[1].Substring(0, 1).ToUpper()
        $next = 2
    }
    for (; $next -lt $words.Count; $next++) {
        $typed = $words[$next]
        if ($value) { $value = ''; continue }
        if ($ended -or $typed -eq '-' -or -not $typed.StartsWith('-')) { $count++; continue }
        if ($typed -eq '--') { $ended = $true; continue }
        $names = @($typed)
        if (-not $typed.StartsWith('--')) { $names = @($typed.Substring(1).ToCharArray() | ForEach-Object { "-$_" }) }
        for ($i = 0; $i -lt $names.Count; $i++) {
            $flag = $flags | Where-Object { $_.Letter -ceq $names[$i] -or $_.Long -ceq $names[$i] }
            if (-not $flag) { break }
            if ($flag.Long -eq '--listen' -and $mode -eq 'CN') { $mode = 'L' }
            if ($flag.Long -eq '--unix') { $paths = $true }
            if ($flag.Kind.StartsWith(':')) {
                if ($i + 1 -eq $names.Count) { $value = $flag.Kind }
                break
            }
        }
    }

    $offer = { # a word, and what is said of it
        param($text, $tip)
        if ($text -ne '.' -and $text.StartsWith($word, [StringComparison]::Ordinal)) {
            [System.Management.Automation.CompletionResult]::new($text, $text, 'ParameterValue', $tip)
        }
    }
    $lead = ''
    if (-not $value -and -not $ended -and $word -cmatch '^(--[^=]+)=') {
        $lead = $Matches[0]
        $name = $Matches[1]
        $value = '.'
        $flags | Where-Object { $_.Long -ceq $name } | ForEach-Object { $value = $_.Kind }
    } elseif (-not $value -and -not $ended -and $word.StartsWith('-')) {
        foreach ($flag in ($flags | Where-Object { $_.Modes -cmatch "[$mode]" })) {
            $tip = "$($flag.Long) $($flag.Help)"
            & $offer $flag.Letter $tip
            & $offer $flag.Long $tip
            if ($flag.Kind.StartsWith('=')) { & $offer "$($flag.Long)=" $tip }
        }
    } elseif (-not $value -and -not $paths) {
        $list = ''
        if ($count -eq 0) { $list = if ($mode.StartsWith('C')) { ' @DIALLED@' } else { ' @SERVED@' } }
        if ($count -eq 1 -and $mode -eq 'R') { $list = ' @TARGETS@' }
        if ($words.Count -eq 1) { $list = "@MODES@$list" }
        $list -split ' ' -ne '' | ForEach-Object { & $offer $_ $_ }
    }
    if ($value.Length -gt 1 -and $value -notmatch '[/!]') {
        $value.Substring(1) -split ',' | ForEach-Object { & $offer "$lead$_" $_ }
    }
}
`
