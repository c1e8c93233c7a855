"""Every sentence that a user may be told, by theme: what is wrong, and what to do about it on each face of the tool."""
