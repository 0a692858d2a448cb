# Counts aloud to the number of its first argument, a tenth of a second each, and ends with 4.
number=0
while [ "$number" -lt "$1" ]; do
  number=$((number + 1))
  echo "count $number"
  sleep 0.1
done
exit 4
