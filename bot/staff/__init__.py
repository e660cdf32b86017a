"""The staff view: who answered, who booked, who needs a person; take over, reply, hand back.

Server-rendered pages that work without JavaScript; with it they live (bot/staff/static).
"""
