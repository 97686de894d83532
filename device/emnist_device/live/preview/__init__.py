"""The preview in a browser: live picture, drawing pad, upload. Needs the extra ``serve``."""
