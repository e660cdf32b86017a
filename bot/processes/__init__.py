"""Runs the whole service on one machine: every process of it, under one supervisor, in the foreground.

The public face is `run`, with `Program` for what a caller adds and `Addresses` for what it is told.
"""

from bot.processes.foreground import run
from bot.processes.ports import free_port
from bot.processes.program import Addresses, Listens, ProcessesError, Program

__all__ = ["Addresses", "Listens", "ProcessesError", "Program", "free_port", "run"]
