"""What messages hold beside their text, in the database: parts, their content, citations and what else came."""
