# Ends by a signal.
echo 'last words'
kill -KILL $$
