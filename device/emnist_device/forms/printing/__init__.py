"""Templates as forms to print: a PDF with markers, QR codes, combs and labels."""
