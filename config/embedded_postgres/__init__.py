"""A Django database engine whose server lives beside the application, so that a checkout runs without any other."""
