"""`linli backup` and `linli restore`: everything that must be kept, in one encrypted file, made while the desk runs."""
