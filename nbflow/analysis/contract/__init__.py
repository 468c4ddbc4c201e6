"""What a step reads, writes and needs, and what is wrong with that."""
