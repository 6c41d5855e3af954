"""The lender's side: loan book, match, policy, screening, portfolio. It works from releases only, inside the bank, and sends
nothing out."""
