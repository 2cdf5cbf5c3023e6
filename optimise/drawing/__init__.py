"""How anything is drawn: pages of HTML and figures."""
