"""The assignments, and what is made from them: the sample class and the kill table."""
