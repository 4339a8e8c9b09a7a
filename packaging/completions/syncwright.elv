
use builtin;
use str;

set edit:completion:arg-completer[syncwright] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'syncwright'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'syncwright'= {
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand demo 'Write the sample project with its databases, and open it'
            cand check 'Check a project for consistency, without opening any database'
            cand simulate 'Show what a run would do; writes nothing'
            cand run 'Run a start up configuration'
            cand provision 'Write single objects of the central system into the target system, outside of full runs'
            cand test-rules 'Show which rules run on one pair of objects, and why; writes nothing'
            cand runs 'List the runs of a project'
            cand log 'Show the report of one run'
            cand pairs 'List, break or make the pairs that mappings remember'
            cand lookup 'Fill the value lists of rules from their sources, or show what that would change'
            cand schema 'Show, update or compress what a project knows about its systems'
            cand secret 'Save or forget passwords and secret variables'
            cand man 'Print the manual pages in roff'
            cand completions 'Print completions for a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'syncwright;demo'= {
            cand --dir 'Folder of the sample; made if missing [default: a folder `demo` in the user''s data folder]'
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand --no-gui 'Do not open the editor: simulate and run the sample here'
            cand --keep 'Keep project and databases of the last time'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'syncwright;check'= {
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'syncwright;simulate'= {
            cand --start-up 'Start up configuration by name; not needed if the project has only one'
            cand --limit 'Show at most so many changes'
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand --changes 'Show what changes, object by object (text output; JSON always has it)'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'syncwright;run'= {
            cand --start-up 'Start up configuration by name; not needed if the project has only one'
            cand --limit 'Show at most so many changes'
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand --changes 'Show what changes, object by object (text output; JSON always has it)'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'syncwright;provision'= {
            cand --start-up 'Start up configuration by name; not needed if only one runs the mapping to the target system'
            cand --mapping 'The mapping'
            cand --key 'Key of a central object; can be given several times'
            cand --limit 'Show at most so many changes'
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand --pending 'What imports have changed, instead of named objects'
            cand --password-change 'The passwords of the objects changed'
            cand --simulate 'Show what would be written; writes nothing'
            cand --changes 'Show what changes, object by object (text output; JSON always has it)'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'syncwright;test-rules'= {
            cand --mapping 'Name of the mapping'
            cand --match 'The pair, or lone object, with this key or display value on either side'
            cand --set 'Give a property another value for the test, for example right.LastName=Meier; nothing behind = is NULL'
            cand --to 'Direction of synchronization'
            cand --variables 'Use the values of this variable set'
            cand --start-up 'Test as this start up configuration runs: with its variable set, and the step in its workflow'
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand --new 'A new object with the values of --set'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'syncwright;runs'= {
            cand --limit 'List at most so many runs'
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'syncwright;log'= {
            cand --run 'Run, as listed by `syncwright runs`, or `last`'
            cand --limit 'Show at most so many changes'
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand --changes 'Show what changes, object by object (text output; JSON always has it)'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'syncwright;pairs'= {
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand list 'List the remembered pairs'
            cand break 'Forget a pair; the matching rules decide again'
            cand make 'Remember two objects as a pair, whatever the matching rules say'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'syncwright;pairs;list'= {
            cand --mapping 'Only of this mapping; of all mappings if absent'
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'syncwright;pairs;break'= {
            cand --mapping 'The mapping'
            cand --left 'Key of the central object'
            cand --right 'Key of the target object'
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'syncwright;pairs;make'= {
            cand --mapping 'The mapping'
            cand --left 'Key of the central object'
            cand --right 'Key of the target object'
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'syncwright;pairs;help'= {
            cand list 'List the remembered pairs'
            cand break 'Forget a pair; the matching rules decide again'
            cand make 'Remember two objects as a pair, whatever the matching rules say'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'syncwright;pairs;help;list'= {
        }
        &'syncwright;pairs;help;break'= {
        }
        &'syncwright;pairs;help;make'= {
        }
        &'syncwright;pairs;help;help'= {
        }
        &'syncwright;lookup'= {
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand show 'Show what the sources would change; saves nothing'
            cand update 'Write the lists into the project'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'syncwright;lookup;show'= {
            cand --mapping 'Only of rules of this mapping; of all mappings if absent'
            cand --rule 'Only of rules of this name'
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'syncwright;lookup;update'= {
            cand --mapping 'Only of rules of this mapping; of all mappings if absent'
            cand --rule 'Only of rules of this name'
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'syncwright;lookup;help'= {
            cand show 'Show what the sources would change; saves nothing'
            cand update 'Write the lists into the project'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'syncwright;lookup;help;show'= {
        }
        &'syncwright;lookup;help;update'= {
        }
        &'syncwright;lookup;help;help'= {
        }
        &'syncwright;schema'= {
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand show 'Print tables, columns, keys and relations; on request also what the data says about them'
            cand update 'Compare the project with its databases and show what changed and what that breaks'
            cand compress 'Drop schema data that nothing in the project uses'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'syncwright;schema;show'= {
            cand --system 'Only this system; both if absent'
            cand --type 'Only these schema types, with all their columns'
            cand --limit 'List at most so many types (text output; JSON has all)'
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand --detect 'Read the schema from the databases instead of the file'
            cand --keys 'Propose keys for tables without one, checked against the data'
            cand --relations 'Propose relations that the catalog does not know, checked against the data'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'syncwright;schema;update'= {
            cand --system 'Only this system; both if absent'
            cand --owner 'Load the tables of these database schemas or owners only; the project remembers them'
            cand --known 'Which tables are completed with what is known about well-known products'
            cand --limit 'List at most so many new types, columns and consequences (text output; JSON has all)'
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand -y 'Take the changes over and save the project'
            cand --accept 'Take the changes over and save the project'
            cand --compress 'Leave out what the project does not use, as `schema compress` does'
            cand --activate 'Leave an active project active if the check finds no errors'
            cand --all-owners 'Load the tables of all owners again'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'syncwright;schema;compress'= {
            cand --system 'Only this system; both if absent'
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand --dry-run 'Only show what would be dropped'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'syncwright;schema;help'= {
            cand show 'Print tables, columns, keys and relations; on request also what the data says about them'
            cand update 'Compare the project with its databases and show what changed and what that breaks'
            cand compress 'Drop schema data that nothing in the project uses'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'syncwright;schema;help;show'= {
        }
        &'syncwright;schema;help;update'= {
        }
        &'syncwright;schema;help;compress'= {
        }
        &'syncwright;schema;help;help'= {
        }
        &'syncwright;secret'= {
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand set 'Save a secret'
            cand forget 'Remove a secret from the keyring and the encrypted file'
            cand where 'Say where a secret is looked for, and where it is; never the secret itself'
            cand passphrase 'Change the passphrase of the encrypted file, or make the file'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'syncwright;secret;set'= {
            cand --system 'The password of this system'
            cand --variable 'The value of this secret variable'
            cand --store 'Where to save it; if absent, where the project says: the keyring if one is running, else the file'
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'syncwright;secret;forget'= {
            cand --system 'The password of this system'
            cand --variable 'The value of this secret variable'
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'syncwright;secret;where'= {
            cand --system 'The password of this system'
            cand --variable 'The value of this secret variable'
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'syncwright;secret;passphrase'= {
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'syncwright;secret;help'= {
            cand set 'Save a secret'
            cand forget 'Remove a secret from the keyring and the encrypted file'
            cand where 'Say where a secret is looked for, and where it is; never the secret itself'
            cand passphrase 'Change the passphrase of the encrypted file, or make the file'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'syncwright;secret;help;set'= {
        }
        &'syncwright;secret;help;forget'= {
        }
        &'syncwright;secret;help;where'= {
        }
        &'syncwright;secret;help;passphrase'= {
        }
        &'syncwright;secret;help;help'= {
        }
        &'syncwright;man'= {
            cand --dir 'Write one page per subcommand into this folder instead'
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'syncwright;completions'= {
            cand --format 'How results and errors are printed'
            cand --renderer 'How the editor''s window is drawn; `auto` tries one and falls back to the other'
            cand --log-level 'What is logged on standard error while working'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'syncwright;help'= {
            cand demo 'Write the sample project with its databases, and open it'
            cand check 'Check a project for consistency, without opening any database'
            cand simulate 'Show what a run would do; writes nothing'
            cand run 'Run a start up configuration'
            cand provision 'Write single objects of the central system into the target system, outside of full runs'
            cand test-rules 'Show which rules run on one pair of objects, and why; writes nothing'
            cand runs 'List the runs of a project'
            cand log 'Show the report of one run'
            cand pairs 'List, break or make the pairs that mappings remember'
            cand lookup 'Fill the value lists of rules from their sources, or show what that would change'
            cand schema 'Show, update or compress what a project knows about its systems'
            cand secret 'Save or forget passwords and secret variables'
            cand man 'Print the manual pages in roff'
            cand completions 'Print completions for a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'syncwright;help;demo'= {
        }
        &'syncwright;help;check'= {
        }
        &'syncwright;help;simulate'= {
        }
        &'syncwright;help;run'= {
        }
        &'syncwright;help;provision'= {
        }
        &'syncwright;help;test-rules'= {
        }
        &'syncwright;help;runs'= {
        }
        &'syncwright;help;log'= {
        }
        &'syncwright;help;pairs'= {
            cand list 'List the remembered pairs'
            cand break 'Forget a pair; the matching rules decide again'
            cand make 'Remember two objects as a pair, whatever the matching rules say'
        }
        &'syncwright;help;pairs;list'= {
        }
        &'syncwright;help;pairs;break'= {
        }
        &'syncwright;help;pairs;make'= {
        }
        &'syncwright;help;lookup'= {
            cand show 'Show what the sources would change; saves nothing'
            cand update 'Write the lists into the project'
        }
        &'syncwright;help;lookup;show'= {
        }
        &'syncwright;help;lookup;update'= {
        }
        &'syncwright;help;schema'= {
            cand show 'Print tables, columns, keys and relations; on request also what the data says about them'
            cand update 'Compare the project with its databases and show what changed and what that breaks'
            cand compress 'Drop schema data that nothing in the project uses'
        }
        &'syncwright;help;schema;show'= {
        }
        &'syncwright;help;schema;update'= {
        }
        &'syncwright;help;schema;compress'= {
        }
        &'syncwright;help;secret'= {
            cand set 'Save a secret'
            cand forget 'Remove a secret from the keyring and the encrypted file'
            cand where 'Say where a secret is looked for, and where it is; never the secret itself'
            cand passphrase 'Change the passphrase of the encrypted file, or make the file'
        }
        &'syncwright;help;secret;set'= {
        }
        &'syncwright;help;secret;forget'= {
        }
        &'syncwright;help;secret;where'= {
        }
        &'syncwright;help;secret;passphrase'= {
        }
        &'syncwright;help;man'= {
        }
        &'syncwright;help;completions'= {
        }
        &'syncwright;help;help'= {
        }
    ]
    $completions[$command]
}
