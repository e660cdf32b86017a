"""The ear: rule gate, pending question, Rasa client and time expressions; one text in, one Understanding out."""
