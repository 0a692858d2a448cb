# Leaves a process that nothing connects with the agent any more but the pipes it holds. It ends by itself after $1 s.
note=$PWD/escaped.pid
exec 3<&0
(cd / && setsid env -i /bin/sh -c 'echo $$ > "$1"; exec sleep "$2"' escaped "$note" "$1" <&3 &)
until [ -s "$note" ]; do sleep 0.01; done
echo finished
