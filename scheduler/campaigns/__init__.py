"""Campaigns from the first word to the last text: writing, approving, launching, enrolling, ending."""
