"""`python -m bot.cli` is `rekindle`."""

from bot.cli import main

main()
