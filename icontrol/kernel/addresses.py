"""Addresses of clients, where they are counted."""

from __future__ import annotations

import ipaddress


def network(address: str) -> str:
    """For IPv6 the network is counted: one customer has 2^64 addresses."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return address
    return str(found.ipv4_mapped or ipaddress.ip_network((int(found), 64), strict=False))
