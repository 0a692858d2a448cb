# Copies standard input to standard output and says on standard error when it has ended.
cat
echo 'stdin ended' >&2
