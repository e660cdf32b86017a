"""The provider: one small client, and a table that says what each of its error codes means for us."""
