"""How commands end."""

from __future__ import annotations

#: Exit codes, as documented in the README.
EXIT_OK, EXIT_UNREAD, EXIT_USAGE = 0, 1, 2
