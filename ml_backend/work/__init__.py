"""Work: what the lanes call: rounds, serving, intake, the page, doctor, export."""
