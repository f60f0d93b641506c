"""The differential oracle: programs are run and read, and what both halves say of one argument of one loss is compared."""
