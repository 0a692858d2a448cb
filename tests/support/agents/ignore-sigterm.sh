# Cannot be stopped by asking; neither can its children, which inherit that.
trap '' TERM
echo started
while :; do sleep 1; done
