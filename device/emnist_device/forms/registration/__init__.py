"""Picture of a filled sheet -> where each point of the form's page is on it, or why that is not."""
