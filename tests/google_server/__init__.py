"""Google's other side on this machine: Calendar v3 and the token endpoint, with faults to switch on."""
