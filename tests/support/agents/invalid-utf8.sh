# Writes a good line, bytes that are not UTF-8, a carriage return, and half a line that ends inside a character.
printf 'caf\303\251\n'
printf 'bad \377\376 bytes\n'
printf 'windows\r\n\n'
printf 'half \303'
