# Counts its start in a log, says some lines with a pause after each, writes its standard input to a file, and finishes.
log=$1 phase=$2 file=$3 lines=$4 pause=$5
[ ! -w "$log" ] || echo "$phase" >> "$log"
echo "the secret is $AGENT_SECRET"
number=0
while [ "$number" -lt "$lines" ]; do
  number=$((number + 1))
  echo "{\"type\":\"progressed\",\"text\":\"line $number\"}"
  sleep "$pause"
done
mkdir -p "${file%/*}"
cat > "$file"
echo '{"type":"used","usage":{"inputTokens":100,"outputTokens":20,"costUsd":null}}'
echo '{"type":"finished","text":"done"}'
