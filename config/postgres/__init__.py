"""A Django database engine that begins each transaction by saying whose rows it is for."""
