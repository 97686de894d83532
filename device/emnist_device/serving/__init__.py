"""Pages in a browser: where they are served, who may talk to them, and how much they may ask."""
