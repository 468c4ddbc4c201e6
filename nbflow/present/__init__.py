"""What the product knows, as people read it: the same words in every face."""
