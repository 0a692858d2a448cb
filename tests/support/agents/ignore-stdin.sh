# Never reads its prompt.
echo finished
