"""Telling the business's CRM what came of its contacts, by signed webhooks that are tried for two days.

A changed outcome is noted with the change itself (data/queries/outcomes.py); `telling` makes a delivery of it
for each address, `delivering` calls the address. What is told: ids, the outcome, moments; never a text.
"""
