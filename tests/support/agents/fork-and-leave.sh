# Starts $1 processes that leave their session and become other programs, and ends at once.
count=0
while [ "$count" -lt "$1" ]; do
  setsid sh -c 'exec setsid sleep 100000' < /dev/null > /dev/null 2>&1 &
  count=$((count + 1))
done
