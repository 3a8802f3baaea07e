"""The site in memory, served to the people who write it, and shown again whenever they save."""
