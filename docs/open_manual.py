"""Opens a page in a browser where there is a screen, and says nothing where there is none."""

from __future__ import annotations

import os
import sys
import webbrowser
from pathlib import Path

page = Path(sys.argv[1]).resolve()
if sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
    webbrowser.open(page.as_uri())
