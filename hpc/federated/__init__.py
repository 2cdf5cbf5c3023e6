"""Several trusts plan together while each trust's rows stay at home."""
