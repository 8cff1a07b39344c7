"""Sockets in the wall: ports, and one adapter a file for each outside service. It knows no floor above itself."""
