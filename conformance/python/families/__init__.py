"""The checks, one function for each family or part of one; each leaves nothing behind."""
