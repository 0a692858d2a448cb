# Ends with code 7 when asked to.
trap 'echo stopping; exit 7' TERM
echo started
while :; do sleep 0.05; done
