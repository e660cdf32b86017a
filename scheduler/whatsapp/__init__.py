"""WhatsApp as a way to begin: templates and their approval, who may get one, which channel goes first."""
