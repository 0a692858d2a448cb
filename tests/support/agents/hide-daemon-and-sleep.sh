# Leaves a daemon without parent and environment, and goes on itself.
sh "$(dirname "$0")/fork-hidden-daemon.sh"
exec sleep 100000
