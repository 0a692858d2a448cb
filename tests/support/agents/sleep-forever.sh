# Says that it started and never ends by itself.
echo started
exec sleep 100000
