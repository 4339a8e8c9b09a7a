# Runs a database server for as long as somebody uses it, then ends it and removes its folder.
#
# Started by `running.rs` in a session of its own, so that it outlives the process that needed it first and
# no signal to a group of test processes reaches it. Users hold a shared lock on LOCK for as long as they
# live: however they end, the kernel gives it back. The server gets a signal when this script ends, however
# that happens.
#
# A server that ends while there is a file FOLDER/again is started again, after that file was executed.
#
# Arguments: LOCK NOTE FOLDER GRACE SIGNAL COMMAND…
lock=$1 note=$2 folder=$3 grace=$4 signal=$5
shift 5
cd / || exit 1

serve() {
  setpriv --pdeathsig "$signal" "$@" >>"$folder/server.log" 2>&1 &
  server=$!
}
serve "$@"

finish() {
  # Another server may stand there by now.
  grep -qsxF "$folder" "$note" && rm -f "$note"
  # A server that is not shared has a lock file of its own.
  [ "$grace" -gt 0 ] || rm -f "$lock"
  kill -s "$signal" "$server" 2>/dev/null
  wait "$server" 2>/dev/null
  rm -rf "$folder"
  exit 0
}
trap finish TERM INT HUP

# Seconds since somebody last began to use it.
idle() {
  echo $(($(date +%s) - $(stat -c %Y "$lock" 2>/dev/null || echo 0)))
}

while :; do
  if ! kill -0 "$server" 2>/dev/null; then
    [ -e "$folder/again" ] || break
    # Its processes still have to notice that it is gone.
    sleep 1
    sh "$folder/again" >>"$folder/server.log" 2>&1
    serve "$@"
    rm -f "$folder/again"
  fi
  sleep 1
  # A lock file that is gone has no users any more; it must not be made again.
  [ -e "$lock" ] || finish
  exec 9<"$lock"
  if flock --exclusive --nonblock 9 && [ "$(idle)" -ge "$grace" ]; then
    # The lock is held until the end: who comes now waits, and finds no server.
    finish
  fi
  exec 9<&-
done
# It ended by itself: its last words stay beside the note.
cp "$folder/server.log" "$note.log" 2>/dev/null
finish
