# Hand-made packets: bytes of an IPv4 or IPv6 packet from its fields, with right lengths and checksums, and a marker in
# the payload by which an arrival is told from every other. Standard library only.
import socket
import struct

MAGIC = b"tortie:"
TCP, UDP, SCTP, UDPLITE = 6, 17, 132, 136


def _crc32c_table():
    table = []
    for index in range(256):
        crc = index
        for _ in range(8):
            crc = (crc >> 1) ^ 0x82F63B78 if crc & 1 else crc >> 1
        table.append(crc)
    return table


CRC32C = _crc32c_table()


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ CRC32C[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def marker(number):
    return MAGIC + b"%08x" % number


def marker_in(data):
    """The number of the marker in a received packet, or None."""
    at = data.find(MAGIC)
    if at < 0:
        return None
    try:
        return int(data[at + len(MAGIC) : at + len(MAGIC) + 8], 16)
    except ValueError:
        return None


def address(family, text):
    return socket.inet_pton(socket.AF_INET if family == 4 else socket.AF_INET6, text)


def _transport(family, src, dst, proto, sport, dport, kind, code, flags, mark, inner):
    def summed(data, at, covered=None):
        """`data` with the checksum over (the first `covered` bytes of) it and the pseudo header at `at`."""
        form = "!BBH" if family == 4 else "!IHBB"
        numbers = (0, proto, len(data)) if family == 4 else (len(data), 0, 0, proto)
        total = checksum(src + dst + struct.pack(form, *numbers) + data[:covered])
        return data[:at] + struct.pack("!H", total or 0xFFFF) + data[at + 2 :]

    if proto == TCP:
        head = struct.pack("!HHIIBBHHH", sport, dport, 1000, 0 if flags == 2 else 2000, 0x50, flags, 8192, 0, 0)
        return summed(head + mark, 16)
    if proto == UDP:
        return summed(struct.pack("!HHHH", sport, dport, 8 + len(mark), 0) + mark, 6)
    if proto == UDPLITE:
        return summed(struct.pack("!HHHH", sport, dport, 8, 0) + mark, 6, 8)
    if proto == SCTP:
        # INIT: tag, window, streams out and in, initial TSN, then one unknown parameter that carries the marker.
        parameter = struct.pack("!HH", 0x8888, 4 + len(mark)) + mark
        parameter += b"\0" * (-len(parameter) % 4)
        chunk = struct.pack("!BBHIIHHI", 1, 0, 20 + 4 + len(mark), 0x1234, 65536, 1, 1, 7) + parameter
        head = struct.pack("!HHI", sport, dport, 0)
        crc = crc32c(head + b"\0\0\0\0" + chunk)
        return head + struct.pack("<I", crc) + chunk
    if proto == (1 if family == 4 else 58) and kind is not None:
        # The identifier is the marker's number too: echo requests are never taken for one another.
        rest = struct.pack("!HH", int(mark[-4:], 16), 1) if sport is None else struct.pack("!HH", sport, 1)
        data = struct.pack("!BBH", kind, code or 0, 0) + rest + (inner or b"") + mark
        if family == 6:
            return summed(data, 2)
        return data[:2] + struct.pack("!H", checksum(data)) + data[4:]
    return mark


def packet(family, src_text, dst_text, proto, sport, dport, kind, code, flags, number, inner=None):
    src, dst = address(family, src_text), address(family, dst_text)
    mark = marker(number)
    body = _transport(family, src, dst, proto, sport, dport, kind, code, flags, mark, inner)
    if family == 4:
        head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), number & 0xFFFF, 0, 64, proto, 0, src, dst)
        return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body
    # Neighbour discovery is only genuine with a hop limit of 255.
    return struct.pack("!IHBB16s16s", 0x60000000, len(body), proto, 255, src, dst) + body
