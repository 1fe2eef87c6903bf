# The two things the prober asks of connection tracking, over netlink: forget everything, and know a connection that
# has seen traffic both ways. Must be made inside the namespace whose connections are meant.
import socket
import struct

import frames

NEW, DELETE = 0x100, 0x102
REQUEST, ACK, CREATE = 1, 4, 0x400
SEEN_REPLY, ASSURED, CONFIRMED = 2, 4, 8
TCP_ESTABLISHED = 3


def attribute(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + b"\0" * (-len(data) % 4)


def nested(kind, *parts):
    return attribute(kind | 0x8000, b"".join(parts))


def tuple_of(kind, family, src, dst, proto, sport, dport):
    first = 1 if family == 4 else 3
    addresses = nested(1, attribute(first, frames.address(family, src)), attribute(first + 1, frames.address(family, dst)))
    ports = (attribute(2, struct.pack("!H", sport)), attribute(3, struct.pack("!H", dport)))
    return nested(kind, addresses, nested(2, attribute(1, bytes([proto])), *ports))


class Conntrack:
    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
        self.socket.bind((0, 0))
        self.sequence = 0

    def ask(self, kind, flags, family, body):
        self.sequence += 1
        payload = struct.pack("!BBH", family, 0, 0) + body
        head = struct.pack("=IHHII", 16 + len(payload), kind, REQUEST | ACK | flags, self.sequence, 0)
        self.socket.send(head + payload)
        reply = self.socket.recv(4096)
        code = struct.unpack("=i", reply[16:20])[0]
        if code != 0:
            raise OSError(-code, "conntrack request refused")

    def flush(self):
        self.ask(DELETE, 0, 0, b"")

    def insert(self, family, src, dst, proto, sport, dport):
        body = tuple_of(1, family, src, dst, proto, sport, dport) + tuple_of(2, family, dst, src, proto, dport, sport)
        body += attribute(3, struct.pack("!I", SEEN_REPLY | ASSURED | CONFIRMED)) + attribute(7, struct.pack("!I", 300))
        if proto == frames.TCP:
            body += nested(4, nested(1, attribute(1, bytes([TCP_ESTABLISHED]))))
        domain = socket.AF_INET if family == 4 else socket.AF_INET6
        self.ask(NEW, CREATE, domain, body)
