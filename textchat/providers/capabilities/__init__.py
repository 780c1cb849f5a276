"""What models are known to take: kinds of parts, and efforts."""
