"""What runs leave behind: their folders, their logs, and what these add up to."""
