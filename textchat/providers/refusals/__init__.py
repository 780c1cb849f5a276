"""What a refusal means: its kind, what to wait for, which parameter it is about, and what stands in its texts."""
