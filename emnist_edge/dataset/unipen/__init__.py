"""UNIPEN: characters and texts of 227 people as pens wrote them; packed files and the official."""
