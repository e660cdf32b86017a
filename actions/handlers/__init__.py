"""The handlers: one for each thing a contact may want, grouped by what they are about."""
