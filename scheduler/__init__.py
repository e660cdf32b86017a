"""The clock: conversing, delivering, touches, callbacks and sweeping."""
