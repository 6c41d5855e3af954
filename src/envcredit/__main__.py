"""``python -m envcredit`` is ``envcredit``."""

from envcredit.cli.app import main

main()
