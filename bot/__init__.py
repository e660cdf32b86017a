"""The doors: webhooks, staff view, command line and phone simulator."""
