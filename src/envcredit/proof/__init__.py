"""What can be checked offline and by anyone: signatures, status list, transparency log, bundles, deltas.

Nothing here trusts what it reads, opens a socket or knows the time by itself. The room imports ``base`` alone, so that a bank can
install it by itself (``envcredit[verify]``).
"""
