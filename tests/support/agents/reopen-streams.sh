# Says things through the names of its streams, as scripts do, and ends with the code of its first argument.
echo first
echo second > /dev/stdout
echo third
echo one >&2
echo two > /dev/stderr
echo three >&2
exit "$1"
