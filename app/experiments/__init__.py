"""What stands behind the Experiments page: runs read once for all sessions, and what the address names."""
