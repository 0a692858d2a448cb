# Leaves a daemon in a session of its own, then ends well.
setsid sh -c 'echo $$ > daemon.pid; exec sleep 100000' < /dev/null > /dev/null 2>&1 &
until [ -s daemon.pid ]; do sleep 0.01; done
echo finished
