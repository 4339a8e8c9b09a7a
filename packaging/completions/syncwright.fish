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
complete -c syncwright -n "__fish_syncwright_needs_command" -a "provision" -d 'Write single objects of the central system into the target system, outside of full runs'
complete -c syncwright -n "__fish_syncwright_needs_command" -a "test-rules" -d 'Show which rules run on one pair of objects, and why; writes nothing'
complete -c syncwright -n "__fish_syncwright_needs_command" -a "runs" -d 'List the runs of a project'
complete -c syncwright -n "__fish_syncwright_needs_command" -a "log" -d 'Show the report of one run'
complete -c syncwright -n "__fish_syncwright_needs_command" -a "pairs" -d 'List, break or make the pairs that mappings remember'
complete -c syncwright -n "__fish_syncwright_needs_command" -a "lookup" -d 'Fill the value lists of rules from their sources, or show what that would change'
complete -c syncwright -n "__fish_syncwright_needs_command" -a "schema" -d 'Show, update or compress what a project knows about its systems'
complete -c syncwright -n "__fish_syncwright_needs_command" -a "secret" -d 'Save or forget passwords and secret variables'
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
complete -c syncwright -n "__fish_syncwright_using_subcommand provision" -l start-up -d 'Start up configuration by name; not needed if only one runs the mapping to the target system' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand provision" -l mapping -d 'The mapping' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand provision" -l key -d 'Key of a central object; can be given several times' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand provision" -l limit -d 'Show at most so many changes' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand provision" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_using_subcommand provision" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_using_subcommand provision" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_using_subcommand provision" -l pending -d 'What imports have changed, instead of named objects'
complete -c syncwright -n "__fish_syncwright_using_subcommand provision" -l password-change -d 'The passwords of the objects changed'
complete -c syncwright -n "__fish_syncwright_using_subcommand provision" -l simulate -d 'Show what would be written; writes nothing'
complete -c syncwright -n "__fish_syncwright_using_subcommand provision" -l changes -d 'Show what changes, object by object (text output; JSON always has it)'
complete -c syncwright -n "__fish_syncwright_using_subcommand provision" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c syncwright -n "__fish_syncwright_using_subcommand test-rules" -l mapping -d 'Name of the mapping' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand test-rules" -l match -d 'The pair, or lone object, with this key or display value on either side' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand test-rules" -l set -d 'Give a property another value for the test, for example right.LastName=Meier; nothing behind = is NULL' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand test-rules" -l to -d 'Direction of synchronization' -r -f -a "target\t'The target system'
central\t'The central system'"
complete -c syncwright -n "__fish_syncwright_using_subcommand test-rules" -l variables -d 'Use the values of this variable set' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand test-rules" -l start-up -d 'Test as this start up configuration runs: with its variable set, and the step in its workflow' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand test-rules" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_using_subcommand test-rules" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_using_subcommand test-rules" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_using_subcommand test-rules" -l new -d 'A new object with the values of --set'
complete -c syncwright -n "__fish_syncwright_using_subcommand test-rules" -s h -l help -d 'Print help (see more with \'--help\')'
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
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and not __fish_seen_subcommand_from list break make help" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and not __fish_seen_subcommand_from list break make help" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and not __fish_seen_subcommand_from list break make help" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and not __fish_seen_subcommand_from list break make help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and not __fish_seen_subcommand_from list break make help" -a "list" -d 'List the remembered pairs'
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and not __fish_seen_subcommand_from list break make help" -a "break" -d 'Forget a pair; the matching rules decide again'
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and not __fish_seen_subcommand_from list break make help" -a "make" -d 'Remember two objects as a pair, whatever the matching rules say'
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and not __fish_seen_subcommand_from list break make help" -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and __fish_seen_subcommand_from list" -l mapping -d 'Only of this mapping; of all mappings if absent' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and __fish_seen_subcommand_from list" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and __fish_seen_subcommand_from list" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and __fish_seen_subcommand_from list" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and __fish_seen_subcommand_from break" -l mapping -d 'The mapping' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and __fish_seen_subcommand_from break" -l left -d 'Key of the central object' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and __fish_seen_subcommand_from break" -l right -d 'Key of the target object' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and __fish_seen_subcommand_from break" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and __fish_seen_subcommand_from break" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and __fish_seen_subcommand_from break" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and __fish_seen_subcommand_from break" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and __fish_seen_subcommand_from make" -l mapping -d 'The mapping' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and __fish_seen_subcommand_from make" -l left -d 'Key of the central object' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and __fish_seen_subcommand_from make" -l right -d 'Key of the target object' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and __fish_seen_subcommand_from make" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and __fish_seen_subcommand_from make" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and __fish_seen_subcommand_from make" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and __fish_seen_subcommand_from make" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the remembered pairs'
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and __fish_seen_subcommand_from help" -f -a "break" -d 'Forget a pair; the matching rules decide again'
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and __fish_seen_subcommand_from help" -f -a "make" -d 'Remember two objects as a pair, whatever the matching rules say'
complete -c syncwright -n "__fish_syncwright_using_subcommand pairs; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c syncwright -n "__fish_syncwright_using_subcommand lookup; and not __fish_seen_subcommand_from show update help" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_using_subcommand lookup; and not __fish_seen_subcommand_from show update help" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_using_subcommand lookup; and not __fish_seen_subcommand_from show update help" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_using_subcommand lookup; and not __fish_seen_subcommand_from show update help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c syncwright -n "__fish_syncwright_using_subcommand lookup; and not __fish_seen_subcommand_from show update help" -a "show" -d 'Show what the sources would change; saves nothing'
complete -c syncwright -n "__fish_syncwright_using_subcommand lookup; and not __fish_seen_subcommand_from show update help" -a "update" -d 'Write the lists into the project'
complete -c syncwright -n "__fish_syncwright_using_subcommand lookup; and not __fish_seen_subcommand_from show update help" -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c syncwright -n "__fish_syncwright_using_subcommand lookup; and __fish_seen_subcommand_from show" -l mapping -d 'Only of rules of this mapping; of all mappings if absent' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand lookup; and __fish_seen_subcommand_from show" -l rule -d 'Only of rules of this name' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand lookup; and __fish_seen_subcommand_from show" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_using_subcommand lookup; and __fish_seen_subcommand_from show" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_using_subcommand lookup; and __fish_seen_subcommand_from show" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_using_subcommand lookup; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c syncwright -n "__fish_syncwright_using_subcommand lookup; and __fish_seen_subcommand_from update" -l mapping -d 'Only of rules of this mapping; of all mappings if absent' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand lookup; and __fish_seen_subcommand_from update" -l rule -d 'Only of rules of this name' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand lookup; and __fish_seen_subcommand_from update" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_using_subcommand lookup; and __fish_seen_subcommand_from update" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_using_subcommand lookup; and __fish_seen_subcommand_from update" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_using_subcommand lookup; and __fish_seen_subcommand_from update" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c syncwright -n "__fish_syncwright_using_subcommand lookup; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show what the sources would change; saves nothing'
complete -c syncwright -n "__fish_syncwright_using_subcommand lookup; and __fish_seen_subcommand_from help" -f -a "update" -d 'Write the lists into the project'
complete -c syncwright -n "__fish_syncwright_using_subcommand lookup; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and not __fish_seen_subcommand_from show update compress help" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and not __fish_seen_subcommand_from show update compress help" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and not __fish_seen_subcommand_from show update compress help" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and not __fish_seen_subcommand_from show update compress help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and not __fish_seen_subcommand_from show update compress help" -a "show" -d 'Print tables, columns, keys and relations; on request also what the data says about them'
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and not __fish_seen_subcommand_from show update compress help" -a "update" -d 'Compare the project with its databases and show what changed and what that breaks'
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and not __fish_seen_subcommand_from show update compress help" -a "compress" -d 'Drop schema data that nothing in the project uses'
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and not __fish_seen_subcommand_from show update compress help" -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from show" -l system -d 'Only this system; both if absent' -r -f -a "central\t'The central system (left)'
target\t'The target system (right)'"
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from show" -l type -d 'Only these schema types, with all their columns' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from show" -l limit -d 'List at most so many types (text output; JSON has all)' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from show" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from show" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from show" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from show" -l detect -d 'Read the schema from the databases instead of the file'
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from show" -l keys -d 'Propose keys for tables without one, checked against the data'
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from show" -l relations -d 'Propose relations that the catalog does not know, checked against the data'
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from update" -l system -d 'Only this system; both if absent' -r -f -a "central\t'The central system (left)'
target\t'The target system (right)'"
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from update" -l owner -d 'Load the tables of these database schemas or owners only; the project remembers them' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from update" -l known -d 'Which tables are completed with what is known about well-known products' -r -f -a "new\t'Tables that are new to the project'
all\t'All tables; what is set stays'
none\t'No tables'"
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from update" -l limit -d 'List at most so many new types, columns and consequences (text output; JSON has all)' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from update" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from update" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from update" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from update" -s y -l accept -d 'Take the changes over and save the project'
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from update" -l compress -d 'Leave out what the project does not use, as `schema compress` does'
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from update" -l activate -d 'Leave an active project active if the check finds no errors'
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from update" -l all-owners -d 'Load the tables of all owners again'
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from update" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from compress" -l system -d 'Only this system; both if absent' -r -f -a "central\t'The central system (left)'
target\t'The target system (right)'"
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from compress" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from compress" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from compress" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from compress" -l dry-run -d 'Only show what would be dropped'
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from compress" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from help" -f -a "show" -d 'Print tables, columns, keys and relations; on request also what the data says about them'
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from help" -f -a "update" -d 'Compare the project with its databases and show what changed and what that breaks'
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from help" -f -a "compress" -d 'Drop schema data that nothing in the project uses'
complete -c syncwright -n "__fish_syncwright_using_subcommand schema; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and not __fish_seen_subcommand_from set forget where passphrase help" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and not __fish_seen_subcommand_from set forget where passphrase help" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and not __fish_seen_subcommand_from set forget where passphrase help" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and not __fish_seen_subcommand_from set forget where passphrase help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and not __fish_seen_subcommand_from set forget where passphrase help" -f -a "set" -d 'Save a secret'
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and not __fish_seen_subcommand_from set forget where passphrase help" -f -a "forget" -d 'Remove a secret from the keyring and the encrypted file'
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and not __fish_seen_subcommand_from set forget where passphrase help" -f -a "where" -d 'Say where a secret is looked for, and where it is; never the secret itself'
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and not __fish_seen_subcommand_from set forget where passphrase help" -f -a "passphrase" -d 'Change the passphrase of the encrypted file, or make the file'
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and not __fish_seen_subcommand_from set forget where passphrase help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from set" -l system -d 'The password of this system' -r -f -a "central\t'The central system (left)'
target\t'The target system (right)'"
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from set" -l variable -d 'The value of this secret variable' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from set" -l store -d 'Where to save it; if absent, where the project says: the keyring if one is running, else the file' -r -f -a "keyring\t'The keyring of the desktop'
file\t'The encrypted file'"
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from set" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from set" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from set" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from forget" -l system -d 'The password of this system' -r -f -a "central\t'The central system (left)'
target\t'The target system (right)'"
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from forget" -l variable -d 'The value of this secret variable' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from forget" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from forget" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from forget" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from forget" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from where" -l system -d 'The password of this system' -r -f -a "central\t'The central system (left)'
target\t'The target system (right)'"
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from where" -l variable -d 'The value of this secret variable' -r
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from where" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from where" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from where" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from where" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from passphrase" -l format -d 'How results and errors are printed' -r -f -a "text\t'Text for people'
json\t'One JSON document on standard output, also for errors'"
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from passphrase" -l renderer -d 'How the editor\'s window is drawn; `auto` tries one and falls back to the other' -r -f -a "auto\t'The one that works here'
wgpu\t'Vulkan, Metal or DirectX; also over Windows Remote Desktop'
glow\t'OpenGL; light, works without a GPU'"
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from passphrase" -l log-level -d 'What is logged on standard error while working' -r -f -a "off\t'Nothing'
error\t'Errors'
warn\t'Errors and warnings'
info\t'What is being done'
debug\t'How it is being done'
trace\t'Every detail'"
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from passphrase" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from help" -f -a "set" -d 'Save a secret'
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from help" -f -a "forget" -d 'Remove a secret from the keyring and the encrypted file'
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from help" -f -a "where" -d 'Say where a secret is looked for, and where it is; never the secret itself'
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from help" -f -a "passphrase" -d 'Change the passphrase of the encrypted file, or make the file'
complete -c syncwright -n "__fish_syncwright_using_subcommand secret; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
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
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and not __fish_seen_subcommand_from demo check simulate run provision test-rules runs log pairs lookup schema secret man completions help" -f -a "demo" -d 'Write the sample project with its databases, and open it'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and not __fish_seen_subcommand_from demo check simulate run provision test-rules runs log pairs lookup schema secret man completions help" -f -a "check" -d 'Check a project for consistency, without opening any database'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and not __fish_seen_subcommand_from demo check simulate run provision test-rules runs log pairs lookup schema secret man completions help" -f -a "simulate" -d 'Show what a run would do; writes nothing'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and not __fish_seen_subcommand_from demo check simulate run provision test-rules runs log pairs lookup schema secret man completions help" -f -a "run" -d 'Run a start up configuration'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and not __fish_seen_subcommand_from demo check simulate run provision test-rules runs log pairs lookup schema secret man completions help" -f -a "provision" -d 'Write single objects of the central system into the target system, outside of full runs'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and not __fish_seen_subcommand_from demo check simulate run provision test-rules runs log pairs lookup schema secret man completions help" -f -a "test-rules" -d 'Show which rules run on one pair of objects, and why; writes nothing'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and not __fish_seen_subcommand_from demo check simulate run provision test-rules runs log pairs lookup schema secret man completions help" -f -a "runs" -d 'List the runs of a project'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and not __fish_seen_subcommand_from demo check simulate run provision test-rules runs log pairs lookup schema secret man completions help" -f -a "log" -d 'Show the report of one run'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and not __fish_seen_subcommand_from demo check simulate run provision test-rules runs log pairs lookup schema secret man completions help" -f -a "pairs" -d 'List, break or make the pairs that mappings remember'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and not __fish_seen_subcommand_from demo check simulate run provision test-rules runs log pairs lookup schema secret man completions help" -f -a "lookup" -d 'Fill the value lists of rules from their sources, or show what that would change'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and not __fish_seen_subcommand_from demo check simulate run provision test-rules runs log pairs lookup schema secret man completions help" -f -a "schema" -d 'Show, update or compress what a project knows about its systems'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and not __fish_seen_subcommand_from demo check simulate run provision test-rules runs log pairs lookup schema secret man completions help" -f -a "secret" -d 'Save or forget passwords and secret variables'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and not __fish_seen_subcommand_from demo check simulate run provision test-rules runs log pairs lookup schema secret man completions help" -f -a "man" -d 'Print the manual pages in roff'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and not __fish_seen_subcommand_from demo check simulate run provision test-rules runs log pairs lookup schema secret man completions help" -f -a "completions" -d 'Print completions for a shell'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and not __fish_seen_subcommand_from demo check simulate run provision test-rules runs log pairs lookup schema secret man completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and __fish_seen_subcommand_from pairs" -f -a "list" -d 'List the remembered pairs'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and __fish_seen_subcommand_from pairs" -f -a "break" -d 'Forget a pair; the matching rules decide again'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and __fish_seen_subcommand_from pairs" -f -a "make" -d 'Remember two objects as a pair, whatever the matching rules say'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and __fish_seen_subcommand_from lookup" -f -a "show" -d 'Show what the sources would change; saves nothing'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and __fish_seen_subcommand_from lookup" -f -a "update" -d 'Write the lists into the project'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and __fish_seen_subcommand_from schema" -f -a "show" -d 'Print tables, columns, keys and relations; on request also what the data says about them'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and __fish_seen_subcommand_from schema" -f -a "update" -d 'Compare the project with its databases and show what changed and what that breaks'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and __fish_seen_subcommand_from schema" -f -a "compress" -d 'Drop schema data that nothing in the project uses'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and __fish_seen_subcommand_from secret" -f -a "set" -d 'Save a secret'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and __fish_seen_subcommand_from secret" -f -a "forget" -d 'Remove a secret from the keyring and the encrypted file'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and __fish_seen_subcommand_from secret" -f -a "where" -d 'Say where a secret is looked for, and where it is; never the secret itself'
complete -c syncwright -n "__fish_syncwright_using_subcommand help; and __fish_seen_subcommand_from secret" -f -a "passphrase" -d 'Change the passphrase of the encrypted file, or make the file'
