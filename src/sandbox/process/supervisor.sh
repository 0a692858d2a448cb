# Starts the agent in a session of its own, copies what it writes to files, waits for it and writes down how it ended. It needs no
# worker to do so: one that dies takes nothing with it, and `timeout` bounds what nobody watches. SIGTERM tells it that the agent was
# asked to stop: then it kills the agent after the grace time, even if the worker does not come to that. When the agent has ended and
# the worker is gone, it kills what is left: what carries the marker, and orphans in the agent's directories.
#
# POSIX sh. Arguments: see startSupervisor; after them, program and arguments of the agent, the wall included.

spool=$1 marker_name=$2 marker=$3 work=$4 home=$5 worker=$6 limit_s=$7 grace_s=$8 file_max_blocks=$9
shift 9

# As POSIX numbers them: 128 and the number of the signal.
KILLED_FOR_FILE_SIZE=153
DRAIN_S=1
LOOKS_MAX=50
CALM_LOOKS=2

killer=
is_asked=
# Handlers, since what is ignored here would be ignored by the agent as well.
trap : HUP INT QUIT
# Until there is an agent to kill.
trap 'is_asked=yes' TERM
echo $$ > "$spool/supervisor"
ulimit -c 0 2> /dev/null
ulimit -f "$file_max_blocks"

# A moment later, somewhere else, with another environment but not none: nobody takes it for a part of the agent.
later() {
  seconds=$1
  shift
  (cd / && env -i PATH="$PATH" sleep "$seconds" && "$@") > /dev/null 2>&1 &
}

kill_in_time() {
  [ -n "$killer" ] && return
  later "$grace_s" kill -KILL -- "-$leader"
  killer=$!
}

# The agent writes to pipes, as it would anywhere: `echo text > /dev/stdout` would cut a file off. When nothing can be written any
# more, it ends.
copy() {
  exec < "$spool/$1.pipe" 7>&- 8>&-
  cat >> "$spool/$1" && exit
  code=$?
  kill -KILL -- "-$leader" 2> /dev/null || kill -KILL "$leader"
  exit "$code"
}

command -v timeout > /dev/null && set -- timeout -k "$grace_s" "$limit_s" "$@"
if command -v setsid > /dev/null; then set -- setsid "$@"; else set -m; fi
# Without pipes what it says would be lost; without a result, this execution is.
mkfifo "$spool/stdout.pipe" "$spool/stderr.pipe" || exit
# Open at both ends until everyone has theirs, so that no open waits for somebody who may be dead.
exec 7<> "$spool/stdout.pipe" 8<> "$spool/stderr.pipe"
(export "$marker_name=$marker" && exec "$@") \
  < "$spool/stdin" > "$spool/stdout.pipe" 2> "$spool/stderr.pipe" 7>&- 8>&- &
leader=$!
echo "$leader" > "$spool/leader"
trap kill_in_time TERM
if [ -n "$is_asked" ]; then
  kill -TERM "$leader" 2> /dev/null
  kill_in_time
fi
copy stdout &
stdout_copy=$!
copy stderr &
stderr_copy=$!
exec 7>&- 8>&-

# A signal ends a wait before its time.
wait_for() {
  while :; do
    wait "$1"
    status=$?
    if [ "$status" -le 128 ] || ! kill -0 "$1" 2> /dev/null; then return "$status"; fi
  done
}

wait_for "$leader"
code=$?
kill -KILL -- "-$leader" 2> /dev/null
# The number may soon be somebody else's.
trap : TERM
[ -n "$killer" ] && kill "$killer" 2> /dev/null

# Behind a wall everything that writes is gone by now; elsewhere a daemon may hold a pipe open for ever.
drain=
if [ ! -e "$spool/confined" ]; then
  later "$DRAIN_S" kill -KILL "$stdout_copy" "$stderr_copy"
  drain=$!
fi
for copy in "$stdout_copy" "$stderr_copy"; do
  wait_for "$copy"
  [ $? -eq "$KILLED_FOR_FILE_SIZE" ] && code=$KILLED_FOR_FILE_SIZE
done
[ -n "$drain" ] && kill "$drain" 2> /dev/null

# In place: the room for it was taken when the disk had some.
printf '%03d\n' "$code" 1<> "$spool/result.draft" && mv "$spool/result.draft" "$spool/result"
kill -0 "$worker" 2> /dev/null && exit

marked() { grep -lsF -- "$marker" /proc/[0-9]*/environ; }
orphans() {
  for status in $(grep -lsE '^PPid:[[:space:]]+1$' /proc/[0-9]*/status); do
    case $(readlink "${status%status}cwd") in
      "$work" | "$work/"* | "$work (deleted)" | "$home" | "$home/"* | "$home (deleted)") echo "$status" ;;
    esac
  done
}

look=0 calm=0
while [ "$look" -lt "$LOOKS_MAX" ] && [ "$calm" -lt "$CALM_LOOKS" ]; do
  look=$((look + 1)) calm=$((calm + 1))
  for file in $(marked; orphans); do
    pid=${file#/proc/} pid=${pid%%/*}
    [ "$pid" = $$ ] && continue
    calm=0
    kill -KILL "$pid" 2> /dev/null
  done
done
