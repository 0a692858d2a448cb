# Writes about $1 MB of numbered lines to standard output and a tenth of it to standard error.
echo 'first line'
seq -f '%.0f of the flood that nobody wanted to see in full' 1 "$(($1 * 1000000 / 55))"
seq -f '%.0f trouble of the flood that nobody wanted to see' 1 "$(($1 * 100000 / 55))" >&2
echo 'last line'
