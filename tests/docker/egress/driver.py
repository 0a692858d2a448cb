"""Carries out attempts to get out of a container, all at once, each within a few seconds.

Standard input: JSON, `{"attempts": [{"name", "kind", ...}], "nonce"}`. One line of JSON per attempt comes out, with what came back.
Whether anything got out is not for this program to say: whoever stands outside counts.
"""

import base64
import concurrent.futures
import json
import os
import socket
import ssl
import struct
import sys

TIMEOUT_S = 3
GATEWAY = ("127.0.0.1", 8642)


def receive(connection, most=65536):
    data = b""
    try:
        while len(data) < most:
            chunk = connection.recv(4096)
            if not chunk:
                break
            data += chunk
            if b"\r\n\r\n" in data:
                break
    except OSError:
        pass
    return data


def tcp(attempt, nonce):
    with socket.create_connection((attempt["host"], attempt["port"]), TIMEOUT_S) as connection:
        connection.settimeout(TIMEOUT_S)
        connection.sendall(attempt.get("send", "GET /%s HTTP/1.1\r\nHost: sink\r\n\r\n" % nonce).encode("latin1"))
        return receive(connection)


def udp(attempt, nonce):
    family = socket.AF_INET6 if ":" in attempt["host"] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as connection:
        connection.settimeout(1)
        payload = base64.b64decode(attempt["bytes"]) if "bytes" in attempt else nonce.encode()
        connection.sendto(payload, (attempt["host"], attempt["port"]))
        return connection.recv(512)


def icmp(attempt, nonce):
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            with socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP) as connection:
                connection.settimeout(1)
                connection.sendto(struct.pack("!BBHHH", 8, 0, 0xF7FE, 1, 0), (attempt["host"], 0))
                return connection.recv(512)
        except OSError as error:
            last = error
    raise last


def lookup(attempt, nonce):
    return repr(socket.getaddrinfo(attempt["host"], 443)).encode()


def unix(attempt, nonce):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(TIMEOUT_S)
        connection.connect(attempt["path"].replace("@", "\0", 1))
        connection.sendall(nonce.encode())
        return receive(connection)


def gateway(attempt, nonce):
    """Bytes as they are; then, when a tunnel was promised, TLS for a name, or bytes."""
    with socket.create_connection(GATEWAY, TIMEOUT_S) as connection:
        connection.settimeout(TIMEOUT_S)
        connection.sendall(attempt["send"].encode("latin1"))
        answer = receive(connection)
        if b" 200 " not in answer.split(b"\r\n", 1)[0]:
            return answer
        if "bytesAfter" in attempt:
            connection.sendall(attempt["bytesAfter"].encode("latin1"))
            return answer + receive(connection)
        if "sni" in attempt:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            with context.wrap_socket(connection, server_hostname=attempt["sni"] or None) as secure:
                secure.sendall(b"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n" % nonce.encode())
                return answer + receive(secure)
        return answer


KINDS = {"tcp": tcp, "udp": udp, "icmp": icmp, "lookup": lookup, "unix": unix, "gateway": gateway}


def carry_out(attempt, nonce):
    try:
        answer = KINDS[attempt["kind"]](attempt, nonce)
        words = answer.decode("latin1")[:200]
    except (OSError, ValueError) as error:
        words = "%s: %s" % (type(error).__name__, error)
    return json.dumps({"name": attempt["name"], "answer": words})


def main():
    task = json.load(sys.stdin)
    with concurrent.futures.ThreadPoolExecutor(max_workers=12) as pool:
        for line in pool.map(lambda each: carry_out(each, task["nonce"]), task["attempts"]):
            print(line, flush=True)
    print("ran-%s" % os.environ["NONCE"], flush=True)


main()
