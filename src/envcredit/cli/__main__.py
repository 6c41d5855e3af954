"""``python -m envcredit.cli`` is ``envcredit``."""

from envcredit.cli.app import main

main()
