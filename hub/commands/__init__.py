"""What `doorlight hub …` does beside the server: keys, audit, backups. One module a group of commands."""
