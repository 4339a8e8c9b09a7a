# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_syncwright_global_optspecs
    string join \n format= renderer= log-level= h/help V/version
end

function __fish_syncwright_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_syncwright_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_syncwright_using_subcommand
    set -l cmd (__fish_syncwright_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c syncwright -n "__fish_syncwright_needs_command" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_needs_command" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_needs_command" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c syncwright -n "__fish_syncwright_needs_command" -s V -l version -d 'Print version'
complete -c syncwright -n "__fish_syncwright_needs_command" -a "demo" -d 'Write the sample project with its databases, and open it'
complete -c syncwright -n "__fish_syncwright_needs_command" -a "check" -d 'Check a project for consistency, without opening any database'
complete -c syncwright -n "__fish_syncwright_needs_command" -a "simulate" -d 'Show what a run would do; writes nothing'
complete -c syncwright -n "__fish_syncwright_needs_command" -a "run" -d 'Run a start up configuration'
complete -c syncwright -n "__fish_syncwright_needs_command" -a "runs" -d 'List the runs of a project'
complete -c syncwright -n "__fish_syncwright_needs_command" -a "log" -d 'Show the report of one run'
complete -c syncwright -n "__fish_syncwright_needs_command" -a "man" -d 'Print the manual pages in roff'
complete -c syncwright -n "__fish_syncwright_needs_command" -a "completions" -d 'Print completions for a shell'
complete -c syncwright -n "__fish_syncwright_needs_command" -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c syncwright -n "__fish_syncwright_using_subcommand demo" -l dir -d 'Folder of the sample; made if missing [default: a folder `demo` in the user\'s data folder]' -r -f -a "(__fish_complete_directories)"
complete -c syncwright -n "__fish_syncwright_using_subcommand demo" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_using_subcommand demo" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_using_subcommand demo" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_using_subcommand demo" -l no-gui -d 'Do not open the editor: simulate and run the sample here'
complete -c syncwright -n "__fish_syncwright_using_subcommand demo" -l keep -d 'Keep project and databases of the last time'
complete -c syncwright -n "__fish_syncwright_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c syncwright -n "__fish_syncwright_using_subcommand check" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_using_subcommand check" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_using_subcommand check" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c syncwright -n "__fish_syncwright_using_subcommand simulate" -l start-up -d 'Start up configuration by name; not needed if the project has only one' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand simulate" -l limit -d 'Show at most so many changes' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand simulate" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_using_subcommand simulate" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_using_subcommand simulate" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_using_subcommand simulate" -l changes -d 'Show what changes, object by object (text output; JSON always has it)'
complete -c syncwright -n "__fish_syncwright_using_subcommand simulate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c syncwright -n "__fish_syncwright_using_subcommand run" -l start-up -d 'Start up configuration by name; not needed if the project has only one' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand run" -l limit -d 'Show at most so many changes' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand run" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_using_subcommand run" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_using_subcommand run" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_using_subcommand run" -l changes -d 'Show what changes, object by object (text output; JSON always has it)'
complete -c syncwright -n "__fish_syncwright_using_subcommand run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c syncwright -n "__fish_syncwright_using_subcommand runs" -l limit -d 'List at most so many runs' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand runs" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_using_subcommand runs" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_using_subcommand runs" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_using_subcommand runs" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c syncwright -n "__fish_syncwright_using_subcommand log" -l run -d 'Run, as listed by `syncwright runs`, or `last`' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand log" -l limit -d 'Show at most so many changes' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand log" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_using_subcommand log" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_using_subcommand log" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_using_subcommand log" -l changes -d 'Show what changes, object by object (text output; JSON always has it)'
complete -c syncwright -n "__fish_syncwright_using_subcommand log" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c syncwright -n "__fish_syncwright_using_subcommand man" -l dir -d 'Write one page per subcommand into this folder instead' -r -f -a "(__fish_complete_directories)"
complete -c syncwright -n "__fish_syncwright_using_subcommand man" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_using_subcommand man" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_using_subcommand man" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c syncwright -n "__fish_syncwright_using_subcommand completions" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_using_subcommand completions" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_using_subcommand completions" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and not __fish_seen_subcommand_from demo check simulate run runs log man completions help" -f -a "demo" -d 'Write the sample project with its databases, and open it'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and not __fish_seen_subcommand_from demo check simulate run runs log man completions help" -f -a "check" -d 'Check a project for consistency, without opening any database'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and not __fish_seen_subcommand_from demo check simulate run runs log man completions help" -f -a "simulate" -d 'Show what a run would do; writes nothing'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and not __fish_seen_subcommand_from demo check simulate run runs log man completions help" -f -a "run" -d 'Run a start up configuration'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and not __fish_seen_subcommand_from demo check simulate run runs log man completions help" -f -a "runs" -d 'List the runs of a project'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and not __fish_seen_subcommand_from demo check simulate run runs log man completions help" -f -a "log" -d 'Show the report of one run'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and not __fish_seen_subcommand_from demo check simulate run runs log man completions help" -f -a "man" -d 'Print the manual pages in roff'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and not __fish_seen_subcommand_from demo check simulate run runs log man completions help" -f -a "completions" -d 'Print completions for a shell'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and not __fish_seen_subcommand_from demo check simulate run runs log man completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
