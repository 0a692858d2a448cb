# Starts $1 processes in sessions of their own while it goes on, then waits for ever.
count=0
while [ "$count" -lt "$1" ]; do
  setsid sleep 100000 < /dev/null > /dev/null 2>&1 &
  count=$((count + 1))
done
echo started
exec sleep 100000
