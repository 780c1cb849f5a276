"""What pictures, documents and sounds are worth in tokens."""
