#!/usr/bin/env python3
"""Computes challenge.txt from the description alone: SP 800-108 counter mode with CMAC, RFC 3394, RFC 4493.

Needs OpenSSL 3 on the path. Run: ./derive.py > challenge.txt
"""
import subprocess


def cmac(key, message):
    cipher = {16: "AES-128-CBC", 32: "AES-256-CBC"}[len(key)]
    out = subprocess.run(
        ["openssl", "mac", "-cipher", cipher, "-macopt", "hexkey:" + key.hex(), "CMAC"],
        input=message, capture_output=True, check=True)
    return bytes.fromhex(out.stdout.decode().strip())


def wrap(kek, plain):
    out = subprocess.run(
        ["openssl", "enc", "-id-aes128-wrap", "-K", kek.hex(), "-iv", "a6" * 8],
        input=plain, capture_output=True, check=True)
    return out.stdout


def kdf(key, label, context):
    return cmac(key, b"\0\0\0\1" + label + b"\0" + context + b"\0\0\0\x80")


master = bytes(range(32))
aid = b"\xf0IPSE\0\1"
iccid, eid, kvn = b"8932000000000000017", b"89032000000000000000000000000017", 1


def context(kvn):
    parts = [iccid, eid, aid, bytes([kvn])]
    return b"".join(len(p).to_bytes(2, "big") + p for p in parts)


card = kdf(master, b"SIM-CARD/1", context(kvn))
auth = kdf(card, b"SIM-AUTH-KEY/1", bytes([kvn]))
confirm = kdf(card, b"SIM-CONFIRM-KEY/1", bytes([kvn]))
transport = kdf(master, b"SIM-OTA-DEK/1", context(0))
scheme = bytes(range(0xA0, 0xB0))
challenge = bytes(range(0xC0, 0xE0))

load = bytes([0x80, 0xE2, 0, 0, 57, kvn]) + scheme + wrap(transport, auth + confirm) + b"\0"
head = bytes([1, kvn])
confirmation = head + cmac(confirm, b"SIM-CONFIRM/1" + head + scheme) + b"\x90\0"
authenticate = bytes([0x80, 0x10, 1, 0, 32]) + challenge + b"\0"
head = bytes([1, kvn, 0, 0, 0, 1, 1])
reply = head + cmac(auth, b"SIM-AUTH/1" + head + scheme + challenge) + b"\x90\0"

for name in "auth confirm transport load confirmation authenticate reply".split():
    print(name, "=", globals()[name].hex())
