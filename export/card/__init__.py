"""The model card: its tables, a section for each kind of model, and what it says in words."""
