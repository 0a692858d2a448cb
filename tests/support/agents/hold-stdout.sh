# Ends with code 3 while a child keeps standard output open.
sleep 100000 &
echo finished
exit 3
