"""The provider's doors: inbound texts and status callbacks."""
