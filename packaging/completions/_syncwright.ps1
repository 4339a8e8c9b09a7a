
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'syncwright' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'syncwright'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'syncwright' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'Write the sample project with its databases, and open it')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check a project for consistency, without opening any database')
            [CompletionResult]::new('simulate', 'simulate', [CompletionResultType]::ParameterValue, 'Show what a run would do; writes nothing')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Run a start up configuration')
            [CompletionResult]::new('provision', 'provision', [CompletionResultType]::ParameterValue, 'Write single objects of the central system into the target system, outside of full runs')
            [CompletionResult]::new('test-rules', 'test-rules', [CompletionResultType]::ParameterValue, 'Show which rules run on one pair of objects, and why; writes nothing')
            [CompletionResult]::new('runs', 'runs', [CompletionResultType]::ParameterValue, 'List the runs of a project')
            [CompletionResult]::new('log', 'log', [CompletionResultType]::ParameterValue, 'Show the report of one run')
            [CompletionResult]::new('pairs', 'pairs', [CompletionResultType]::ParameterValue, 'List, break or make the pairs that mappings remember')
            [CompletionResult]::new('lookup', 'lookup', [CompletionResultType]::ParameterValue, 'Fill the value lists of rules from their sources, or show what that would change')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Show, update or compress what a project knows about its systems')
            [CompletionResult]::new('secret', 'secret', [CompletionResultType]::ParameterValue, 'Save or forget passwords and secret variables')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual pages in roff')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print completions for a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'syncwright;demo' {
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'Folder of the sample; made if missing [default: a folder `demo` in the user''s data folder]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('--no-gui', '--no-gui', [CompletionResultType]::ParameterName, 'Do not open the editor: simulate and run the sample here')
            [CompletionResult]::new('--keep', '--keep', [CompletionResultType]::ParameterName, 'Keep project and databases of the last time')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'syncwright;check' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'syncwright;simulate' {
            [CompletionResult]::new('--start-up', '--start-up', [CompletionResultType]::ParameterName, 'Start up configuration by name; not needed if the project has only one')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Show at most so many changes')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('--changes', '--changes', [CompletionResultType]::ParameterName, 'Show what changes, object by object (text output; JSON always has it)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'syncwright;run' {
            [CompletionResult]::new('--start-up', '--start-up', [CompletionResultType]::ParameterName, 'Start up configuration by name; not needed if the project has only one')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Show at most so many changes')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('--changes', '--changes', [CompletionResultType]::ParameterName, 'Show what changes, object by object (text output; JSON always has it)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'syncwright;provision' {
            [CompletionResult]::new('--start-up', '--start-up', [CompletionResultType]::ParameterName, 'Start up configuration by name; not needed if only one runs the mapping to the target system')
            [CompletionResult]::new('--mapping', '--mapping', [CompletionResultType]::ParameterName, 'The mapping')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Key of a central object; can be given several times')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Show at most so many changes')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('--pending', '--pending', [CompletionResultType]::ParameterName, 'What imports have changed, instead of named objects')
            [CompletionResult]::new('--password-change', '--password-change', [CompletionResultType]::ParameterName, 'The passwords of the objects changed')
            [CompletionResult]::new('--simulate', '--simulate', [CompletionResultType]::ParameterName, 'Show what would be written; writes nothing')
            [CompletionResult]::new('--changes', '--changes', [CompletionResultType]::ParameterName, 'Show what changes, object by object (text output; JSON always has it)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'syncwright;test-rules' {
            [CompletionResult]::new('--mapping', '--mapping', [CompletionResultType]::ParameterName, 'Name of the mapping')
            [CompletionResult]::new('--match', '--match', [CompletionResultType]::ParameterName, 'The pair, or lone object, with this key or display value on either side')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Give a property another value for the test, for example right.LastName=Meier; nothing behind = is NULL')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Direction of synchronization')
            [CompletionResult]::new('--variables', '--variables', [CompletionResultType]::ParameterName, 'Use the values of this variable set')
            [CompletionResult]::new('--start-up', '--start-up', [CompletionResultType]::ParameterName, 'Test as this start up configuration runs: with its variable set, and the step in its workflow')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('--new', '--new', [CompletionResultType]::ParameterName, 'A new object with the values of --set')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'syncwright;runs' {
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'List at most so many runs')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'syncwright;log' {
            [CompletionResult]::new('--run', '--run', [CompletionResultType]::ParameterName, 'Run, as listed by `syncwright runs`, or `last`')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Show at most so many changes')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('--changes', '--changes', [CompletionResultType]::ParameterName, 'Show what changes, object by object (text output; JSON always has it)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'syncwright;pairs' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the remembered pairs')
            [CompletionResult]::new('break', 'break', [CompletionResultType]::ParameterValue, 'Forget a pair; the matching rules decide again')
            [CompletionResult]::new('make', 'make', [CompletionResultType]::ParameterValue, 'Remember two objects as a pair, whatever the matching rules say')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'syncwright;pairs;list' {
            [CompletionResult]::new('--mapping', '--mapping', [CompletionResultType]::ParameterName, 'Only of this mapping; of all mappings if absent')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'syncwright;pairs;break' {
            [CompletionResult]::new('--mapping', '--mapping', [CompletionResultType]::ParameterName, 'The mapping')
            [CompletionResult]::new('--left', '--left', [CompletionResultType]::ParameterName, 'Key of the central object')
            [CompletionResult]::new('--right', '--right', [CompletionResultType]::ParameterName, 'Key of the target object')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'syncwright;pairs;make' {
            [CompletionResult]::new('--mapping', '--mapping', [CompletionResultType]::ParameterName, 'The mapping')
            [CompletionResult]::new('--left', '--left', [CompletionResultType]::ParameterName, 'Key of the central object')
            [CompletionResult]::new('--right', '--right', [CompletionResultType]::ParameterName, 'Key of the target object')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'syncwright;pairs;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the remembered pairs')
            [CompletionResult]::new('break', 'break', [CompletionResultType]::ParameterValue, 'Forget a pair; the matching rules decide again')
            [CompletionResult]::new('make', 'make', [CompletionResultType]::ParameterValue, 'Remember two objects as a pair, whatever the matching rules say')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'syncwright;pairs;help;list' {
            break
        }
        'syncwright;pairs;help;break' {
            break
        }
        'syncwright;pairs;help;make' {
            break
        }
        'syncwright;pairs;help;help' {
            break
        }
        'syncwright;lookup' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what the sources would change; saves nothing')
            [CompletionResult]::new('update', 'update', [CompletionResultType]::ParameterValue, 'Write the lists into the project')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'syncwright;lookup;show' {
            [CompletionResult]::new('--mapping', '--mapping', [CompletionResultType]::ParameterName, 'Only of rules of this mapping; of all mappings if absent')
            [CompletionResult]::new('--rule', '--rule', [CompletionResultType]::ParameterName, 'Only of rules of this name')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'syncwright;lookup;update' {
            [CompletionResult]::new('--mapping', '--mapping', [CompletionResultType]::ParameterName, 'Only of rules of this mapping; of all mappings if absent')
            [CompletionResult]::new('--rule', '--rule', [CompletionResultType]::ParameterName, 'Only of rules of this name')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'syncwright;lookup;help' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what the sources would change; saves nothing')
            [CompletionResult]::new('update', 'update', [CompletionResultType]::ParameterValue, 'Write the lists into the project')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'syncwright;lookup;help;show' {
            break
        }
        'syncwright;lookup;help;update' {
            break
        }
        'syncwright;lookup;help;help' {
            break
        }
        'syncwright;schema' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print tables, columns, keys and relations; on request also what the data says about them')
            [CompletionResult]::new('update', 'update', [CompletionResultType]::ParameterValue, 'Compare the project with its databases and show what changed and what that breaks')
            [CompletionResult]::new('compress', 'compress', [CompletionResultType]::ParameterValue, 'Drop schema data that nothing in the project uses')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'syncwright;schema;show' {
            [CompletionResult]::new('--system', '--system', [CompletionResultType]::ParameterName, 'Only this system; both if absent')
            [CompletionResult]::new('--type', '--type', [CompletionResultType]::ParameterName, 'Only these schema types, with all their columns')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'List at most so many types (text output; JSON has all)')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('--detect', '--detect', [CompletionResultType]::ParameterName, 'Read the schema from the databases instead of the file')
            [CompletionResult]::new('--keys', '--keys', [CompletionResultType]::ParameterName, 'Propose keys for tables without one, checked against the data')
            [CompletionResult]::new('--relations', '--relations', [CompletionResultType]::ParameterName, 'Propose relations that the catalog does not know, checked against the data')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'syncwright;schema;update' {
            [CompletionResult]::new('--system', '--system', [CompletionResultType]::ParameterName, 'Only this system; both if absent')
            [CompletionResult]::new('--owner', '--owner', [CompletionResultType]::ParameterName, 'Load the tables of these database schemas or owners only; the project remembers them')
            [CompletionResult]::new('--known', '--known', [CompletionResultType]::ParameterName, 'Which tables are completed with what is known about well-known products')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'List at most so many new types, columns and consequences (text output; JSON has all)')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Take the changes over and save the project')
            [CompletionResult]::new('--accept', '--accept', [CompletionResultType]::ParameterName, 'Take the changes over and save the project')
            [CompletionResult]::new('--compress', '--compress', [CompletionResultType]::ParameterName, 'Leave out what the project does not use, as `schema compress` does')
            [CompletionResult]::new('--activate', '--activate', [CompletionResultType]::ParameterName, 'Leave an active project active if the check finds no errors')
            [CompletionResult]::new('--all-owners', '--all-owners', [CompletionResultType]::ParameterName, 'Load the tables of all owners again')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'syncwright;schema;compress' {
            [CompletionResult]::new('--system', '--system', [CompletionResultType]::ParameterName, 'Only this system; both if absent')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Only show what would be dropped')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'syncwright;schema;help' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print tables, columns, keys and relations; on request also what the data says about them')
            [CompletionResult]::new('update', 'update', [CompletionResultType]::ParameterValue, 'Compare the project with its databases and show what changed and what that breaks')
            [CompletionResult]::new('compress', 'compress', [CompletionResultType]::ParameterValue, 'Drop schema data that nothing in the project uses')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'syncwright;schema;help;show' {
            break
        }
        'syncwright;schema;help;update' {
            break
        }
        'syncwright;schema;help;compress' {
            break
        }
        'syncwright;schema;help;help' {
            break
        }
        'syncwright;secret' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Save a secret')
            [CompletionResult]::new('forget', 'forget', [CompletionResultType]::ParameterValue, 'Remove a secret from the keyring and the encrypted file')
            [CompletionResult]::new('where', 'where', [CompletionResultType]::ParameterValue, 'Say where a secret is looked for, and where it is; never the secret itself')
            [CompletionResult]::new('passphrase', 'passphrase', [CompletionResultType]::ParameterValue, 'Change the passphrase of the encrypted file, or make the file')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'syncwright;secret;set' {
            [CompletionResult]::new('--system', '--system', [CompletionResultType]::ParameterName, 'The password of this system')
            [CompletionResult]::new('--variable', '--variable', [CompletionResultType]::ParameterName, 'The value of this secret variable')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Where to save it; if absent, where the project says: the keyring if one is running, else the file')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'syncwright;secret;forget' {
            [CompletionResult]::new('--system', '--system', [CompletionResultType]::ParameterName, 'The password of this system')
            [CompletionResult]::new('--variable', '--variable', [CompletionResultType]::ParameterName, 'The value of this secret variable')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'syncwright;secret;where' {
            [CompletionResult]::new('--system', '--system', [CompletionResultType]::ParameterName, 'The password of this system')
            [CompletionResult]::new('--variable', '--variable', [CompletionResultType]::ParameterName, 'The value of this secret variable')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'syncwright;secret;passphrase' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'syncwright;secret;help' {
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Save a secret')
            [CompletionResult]::new('forget', 'forget', [CompletionResultType]::ParameterValue, 'Remove a secret from the keyring and the encrypted file')
            [CompletionResult]::new('where', 'where', [CompletionResultType]::ParameterValue, 'Say where a secret is looked for, and where it is; never the secret itself')
            [CompletionResult]::new('passphrase', 'passphrase', [CompletionResultType]::ParameterValue, 'Change the passphrase of the encrypted file, or make the file')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'syncwright;secret;help;set' {
            break
        }
        'syncwright;secret;help;forget' {
            break
        }
        'syncwright;secret;help;where' {
            break
        }
        'syncwright;secret;help;passphrase' {
            break
        }
        'syncwright;secret;help;help' {
            break
        }
        'syncwright;man' {
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'Write one page per subcommand into this folder instead')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'syncwright;completions' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results and errors are printed')
            [CompletionResult]::new('--renderer', '--renderer', [CompletionResultType]::ParameterName, 'How the editor''s window is drawn; `auto` tries one and falls back to the other')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'What is logged on standard error while working')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'syncwright;help' {
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'Write the sample project with its databases, and open it')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check a project for consistency, without opening any database')
            [CompletionResult]::new('simulate', 'simulate', [CompletionResultType]::ParameterValue, 'Show what a run would do; writes nothing')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Run a start up configuration')
            [CompletionResult]::new('provision', 'provision', [CompletionResultType]::ParameterValue, 'Write single objects of the central system into the target system, outside of full runs')
            [CompletionResult]::new('test-rules', 'test-rules', [CompletionResultType]::ParameterValue, 'Show which rules run on one pair of objects, and why; writes nothing')
            [CompletionResult]::new('runs', 'runs', [CompletionResultType]::ParameterValue, 'List the runs of a project')
            [CompletionResult]::new('log', 'log', [CompletionResultType]::ParameterValue, 'Show the report of one run')
            [CompletionResult]::new('pairs', 'pairs', [CompletionResultType]::ParameterValue, 'List, break or make the pairs that mappings remember')
            [CompletionResult]::new('lookup', 'lookup', [CompletionResultType]::ParameterValue, 'Fill the value lists of rules from their sources, or show what that would change')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Show, update or compress what a project knows about its systems')
            [CompletionResult]::new('secret', 'secret', [CompletionResultType]::ParameterValue, 'Save or forget passwords and secret variables')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual pages in roff')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print completions for a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'syncwright;help;demo' {
            break
        }
        'syncwright;help;check' {
            break
        }
        'syncwright;help;simulate' {
            break
        }
        'syncwright;help;run' {
            break
        }
        'syncwright;help;provision' {
            break
        }
        'syncwright;help;test-rules' {
            break
        }
        'syncwright;help;runs' {
            break
        }
        'syncwright;help;log' {
            break
        }
        'syncwright;help;pairs' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the remembered pairs')
            [CompletionResult]::new('break', 'break', [CompletionResultType]::ParameterValue, 'Forget a pair; the matching rules decide again')
            [CompletionResult]::new('make', 'make', [CompletionResultType]::ParameterValue, 'Remember two objects as a pair, whatever the matching rules say')
            break
        }
        'syncwright;help;pairs;list' {
            break
        }
        'syncwright;help;pairs;break' {
            break
        }
        'syncwright;help;pairs;make' {
            break
        }
        'syncwright;help;lookup' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what the sources would change; saves nothing')
            [CompletionResult]::new('update', 'update', [CompletionResultType]::ParameterValue, 'Write the lists into the project')
            break
        }
        'syncwright;help;lookup;show' {
            break
        }
        'syncwright;help;lookup;update' {
            break
        }
        'syncwright;help;schema' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print tables, columns, keys and relations; on request also what the data says about them')
            [CompletionResult]::new('update', 'update', [CompletionResultType]::ParameterValue, 'Compare the project with its databases and show what changed and what that breaks')
            [CompletionResult]::new('compress', 'compress', [CompletionResultType]::ParameterValue, 'Drop schema data that nothing in the project uses')
            break
        }
        'syncwright;help;schema;show' {
            break
        }
        'syncwright;help;schema;update' {
            break
        }
        'syncwright;help;schema;compress' {
            break
        }
        'syncwright;help;secret' {
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Save a secret')
            [CompletionResult]::new('forget', 'forget', [CompletionResultType]::ParameterValue, 'Remove a secret from the keyring and the encrypted file')
            [CompletionResult]::new('where', 'where', [CompletionResultType]::ParameterValue, 'Say where a secret is looked for, and where it is; never the secret itself')
            [CompletionResult]::new('passphrase', 'passphrase', [CompletionResultType]::ParameterValue, 'Change the passphrase of the encrypted file, or make the file')
            break
        }
        'syncwright;help;secret;set' {
            break
        }
        'syncwright;help;secret;forget' {
            break
        }
        'syncwright;help;secret;where' {
            break
        }
        'syncwright;help;secret;passphrase' {
            break
        }
        'syncwright;help;man' {
            break
        }
        'syncwright;help;completions' {
            break
        }
        'syncwright;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
