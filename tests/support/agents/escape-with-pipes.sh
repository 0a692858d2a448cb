# Leaves a process that nothing connects with the agent any more but the pipes it holds. It ends by itself after $1 s.
(cd / && exec setsid env -i /bin/sh -c 'echo $$ > "$1"; exec sleep "$2"' escaped "$PWD/escaped.pid" "$1" &)
until [ -s escaped.pid ]; do sleep 0.01; done
echo finished
