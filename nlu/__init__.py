"""The ear: rule gate, pending question, Rasa client, time expressions; text in, Understanding out."""
