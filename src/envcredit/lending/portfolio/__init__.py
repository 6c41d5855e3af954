"""What a risk committee asks of a loan book joined to grades: migration, concentration, vintage, warning, price.

Pure functions on plain values. Amounts are whole fen and times are whole days (or months) until the last division; what comes
out of that division is an estimate and a binary float, never a score. A wrong argument raises ``ValueError``. Nothing here draws
by chance: a bootstrap takes its seed. Which library was chosen for what, and why: docs/decisions/0020.
"""
