# The prober: one process that holds sockets in every namespace of a lab, injects batches of hand-made packets and
# tells where each of them was delivered. It speaks one JSON value per line, request and reply, and never sleeps.
#
#   sysctl   {ns, values: {"net/ipv4/…": "1"}}                          write kernel settings inside a namespace
#   open     {ports: [{name, ns, dev, to}], host: {ns, mark}, fence: {ns, send, receive}}
#   probe    {packets: [[from, family, src, dst, proto, sport, dport, type, code, flags, flow, quoted, real], …]}
#            → {delivered: [[[where, source, source port], …], …]}, without the latter two at the host; `flow` [family, src, dst, proto, sport, dport] is a connection that has
#            seen both directions when the packet comes, `quoted` the same of a packet that an ICMP error quotes,
#            `real` [dst, dport] what DNAT is expected to make of its destination
#   flush    {}                                                         forget all connections of the host
#   storm    {packets: [[from, to, family, src, dst, proto, sport, dport, flags, established], …], phase: FILE, done: FILE}
#            → {phases: {name: [rounds, {index: lost}]}}: sends all of them again and again, whatever else happens, and
#            counts by the name that FILE holds, until that is "stop"; writes a name to `done` after its first round. A
#            source port of null is another one in each round, a new connection; what is `established` belongs to one
#            that has been entered by hand.
#
# What is injected at a port (AF_PACKET) comes into the host on the other end of its veth; `from: "host"` sends from
# the host's own stack. Delivery to a port is seen by AF_PACKET there, past every hook of the host. Delivery to the host
# is seen by raw IP sockets, which get their copy after the INPUT hook (AF_PACKET would see it before).
#
# Order, not time, ends a batch: this process stays on one CPU, so all packets pass one backlog queue first in, first
# out. A fence is a frame through a veth pair of its own; when it arrives, everything queued before it has been handled,
# and what that put into the queue (the second hop of a forwarded packet) is handled when the next fence arrives.
import ctypes
import json
import os
import socket
import struct
import sys

import conntrack
import frames

CLONE_NEWNET = 0x40000000
FENCES = 4
FENCE_TYPE = 0x88B5
ETH_P_IP, ETH_P_IPV6 = 0x0800, 0x86DD
LIBC = ctypes.CDLL(None, use_errno=True)
# A burst stays well below what a socket buffer and the backlog (1,000 packets) hold.
BURST = 64
# Stands for a connection entered by hand, which the next packet must not meet.
ANY_FLOW = "any"
# Where a transport header has its checksum.
CHECKSUMS = {
    frames.TCP: slice(16, 18),
    frames.UDP: slice(6, 8),
    frames.UDPLITE: slice(6, 8),
    frames.SCTP: slice(8, 12),
    1: slice(2, 4),
    58: slice(2, 4),
}
# What masquerade changes besides: a source port, or the identifier of an echo.
SOURCE_PORT = slice(0, 2)
IDENTIFIER = slice(4, 6)
PORTED = (frames.TCP, frames.UDP, frames.UDPLITE, frames.SCTP)


def without(data, slices):
    """`data` with these parts blank."""
    blank = bytearray(data)
    for part in slices:
        blank[part] = bytes(len(blank[part]))
    return bytes(blank)


class Namespaces:
    """Enters namespaces by path, `None` being the one in which the prober started."""

    def __init__(self):
        self.files = {None: os.open("/proc/self/ns/net", os.O_RDONLY)}

    def enter(self, path):
        if path not in self.files:
            self.files[path] = os.open(path, os.O_RDONLY)
        if LIBC.setns(self.files[path], CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns " + str(path))


def big_buffer(sock):
    try:
        sock.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)  # SO_RCVBUFFORCE
    except OSError:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    sock.setblocking(False)
    return sock


def packet_socket(device, protocol):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(protocol))
    sock.bind((device, protocol))
    return big_buffer(sock)


class Prober:
    def __init__(self):
        self.namespaces = Namespaces()
        self.ports = {}
        self.receivers = []
        self.host_protocols = set()
        self.flows = set()
        self.fences = 0
        self.number = 0

    def sysctl(self, ns, values):
        self.namespaces.enter(ns)
        for name, value in values.items():
            try:
                with open("/proc/sys/" + name.lstrip("-"), "w") as file:
                    file.write(value)
            except FileNotFoundError:
                if not name.startswith("-"):  # as in sysctl.d: a minus means "if there is such a thing"
                    raise
        return {}

    def open(self, ports, host, fence):
        for port in ports:
            self.namespaces.enter(port["ns"])
            mac = bytes.fromhex(port["to"].replace(":", ""))
            send = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            send.bind((port["dev"], 0))
            self.ports[port["name"]] = (send, mac + b"\x02\0\0\0\0\1")
            for protocol in (ETH_P_IP, ETH_P_IPV6):
                self.receivers.append((port["name"], packet_socket(port["dev"], protocol)))
        self.host = host
        self.namespaces.enter(fence["ns"])
        self.fence_send = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.fence_send.bind((fence["send"], 0))
        self.fence_receive = packet_socket(fence["receive"], FENCE_TYPE)
        self.fence_receive.settimeout(10)
        self.namespaces.enter(host["ns"])
        self.host_send = {}
        for family, domain, level, option in ((4, socket.AF_INET, 0, 3), (6, socket.AF_INET6, 41, 36)):
            sock = socket.socket(domain, socket.SOCK_RAW, 255)
            sock.setsockopt(level, option, 1)  # IP_HDRINCL, IPV6_HDRINCL
            sock.setsockopt(socket.SOL_SOCKET, 36, host["mark"])  # SO_MARK
            self.host_send[family] = sock
        self.conntrack = conntrack.Conntrack()
        return {}

    def listen_on_host(self, packets):
        wanted = {(packet[1], packet[4]) for packet in packets} - self.host_protocols
        if not wanted:
            return
        self.namespaces.enter(self.host["ns"])
        for family, protocol in sorted(wanted):
            domain = socket.AF_INET if family == 4 else socket.AF_INET6
            self.receivers.append(("host", big_buffer(socket.socket(domain, socket.SOCK_RAW, protocol))))
        self.host_protocols |= wanted

    def sighting(self, name, data, number):
        """
        Where it came out and with which source; None for an error message or an echo that quotes it: it is the payload
        of the packet, behind a header and no more.
        """
        family, proto, sent, real = self.sent[number]
        header = 20 if family == 4 else 40
        # AF_PACKET gives the Ethernet header too, raw IPv4 sockets the IP header, raw IPv6 sockets neither.
        before = 14 + header if name != "host" else header if family == 4 else 0
        got, wanted = data[before:], sent[header:]
        if name == "host":
            source = None
        else:
            source = data[26:30] if family == 4 else data[22:38]
        masqueraded = source is not None and source != (sent[12:16] if family == 4 else sent[8:24])
        # NAT corrects a checksum where we would compute it, and there is more than one right way to write zero.
        free = [CHECKSUMS[proto]] if (real or masqueraded) and proto in CHECKSUMS else []
        if masqueraded:
            free += [SOURCE_PORT] if proto in PORTED else [IDENTIFIER] if proto in CHECKSUMS else []
        if without(got, free) != without(wanted, free):
            return None
        if source is None:
            return [name, None, None]
        text = socket.inet_ntop(socket.AF_INET if family == 4 else socket.AF_INET6, source)
        return [name, text, int.from_bytes(got[SOURCE_PORT], "big") if proto in PORTED else None]

    def drain(self, delivered, first, last):
        for name, sock in self.receivers:
            while True:
                try:
                    data = sock.recv(2048)
                except BlockingIOError:
                    break
                number = frames.marker_in(data)
                if number is not None and first <= number < last:
                    seen = self.sighting(name, data, number)
                    if seen is not None:
                        delivered[number - first].append(seen)

    def fence(self):
        for _ in range(FENCES):
            self.fences += 1
            wanted = struct.pack("!Q", self.fences)
            self.fence_send.send(b"\xff" * 6 + b"\2\0\0\0\0\2" + struct.pack("!H", FENCE_TYPE) + wanted)
            while self.fence_receive.recv(256)[14:22] != wanted:
                pass

    def flush(self):
        self.fence()
        self.conntrack.flush()
        self.flows.clear()
        return {}

    def keep_apart(self, flow):
        """Two packets of one connection would share its state: forget the first before the second."""
        if flow in self.flows or ANY_FLOW in self.flows:
            self.flush()
        family, src, dst, proto, sport, dport = flow
        self.flows.add(flow)
        self.flows.add((family, dst, src, proto, dport, sport))

    def inject(self, fields, number):
        where, family, src, dst, proto, sport, dport, kind, code, flags, flow, quoted, real = fields
        if flow:
            self.flush()
            self.conntrack.insert(*flow)
            self.flows.add(ANY_FLOW)
        else:
            # An ICMP message has an identifier of its own; what has no ports either is told apart by addresses alone.
            own = sport if sport is not None else number if kind is not None else 0
            self.keep_apart((family, src, dst, proto, own, dport or 0))
            # Masqueraded, two of them could be one connection, or one the reply of the other.
            if sport is None and kind is None:
                self.keep_apart((family, None, None, proto, None, None))
            if real:
                self.keep_apart((family, src, real[0], proto, own, real[1]))
        inner = quoted and frames.packet(*quoted, None, None, 2, 0)[: 48 if family == 6 else 28]
        data = frames.packet(family, src, dst, proto, sport, dport, kind, code, flags, number, inner)
        if real:
            translated = frames.packet(family, src, real[0], proto, sport, real[1], kind, code, flags, number, inner)
            self.sent[number] = (family, proto, translated, True)
        else:
            self.sent[number] = (family, proto, data, False)
        self.send(where, family, dst, data)

    def send(self, where, family, dst, data):
        if where == "host":
            try:
                self.host_send[family].sendto(data, (dst, 0))
            except PermissionError:
                pass  # a hook refused it on the way out
        else:
            sock, macs = self.ports[where]
            sock.send(macs + struct.pack("!H", ETH_P_IP if family == 4 else ETH_P_IPV6) + data)

    def probe(self, packets):
        self.listen_on_host(packets)
        self.flush()
        delivered = [[] for _ in packets]
        first, last = self.number, self.number + len(packets)
        self.number = last
        self.sent = {}
        for index, fields in enumerate(packets):
            self.inject(fields, first + index)
            if index % BURST == BURST - 1:
                self.fence()
                self.drain(delivered, first, last)
        self.fence()
        self.drain(delivered, first, last)
        return {"delivered": delivered}


    def storm(self, packets, phase, done):
        self.listen_on_host([[None, p[2], None, None, p[5]] for p in packets])
        phases = {}
        rounds = 0
        while (name := open(phase).read()) != "stop":
            if rounds % 100 == 0:  # before there are so many connections that the table is full
                self.flush()
                for _, _, family, src, dst, proto, sport, dport, _, established in packets:
                    if established == "original":
                        self.conntrack.insert(family, src, dst, proto, sport, dport)
            first = self.number
            self.number += len(packets)
            self.sent = {}
            delivered = [[] for _ in packets]
            for index, (where, _, family, src, dst, proto, sport, dport, flags, _) in enumerate(packets):
                own = 20000 + rounds % 100 if sport is None else sport
                data = frames.packet(family, src, dst, proto, own, dport, None, None, flags, first + index, None)
                self.sent[first + index] = (family, proto, data, False)
                self.send(where, family, dst, data)
            self.fence()
            self.drain(delivered, first, self.number)
            count = phases.setdefault(name, [0, {}])
            count[0] += 1
            for index, packet in enumerate(packets):
                if [where for where, _, _ in delivered[index]] != [packet[1]]:
                    count[1][index] = count[1].get(index, 0) + 1
            if count[0] == 1:
                with open(done + ".new", "w") as file:
                    file.write(name)
                os.rename(done + ".new", done)
            rounds += 1
        return {"phases": phases}


def main():
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    prober = Prober()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = getattr(prober, request.pop("op"))(**request)
        except Exception as error:  # one bad request must not end the lab: the other side reports it
            reply = {"error": "%s: %s" % (type(error).__name__, error)}
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()


main()
